// Package mutate builds test binaries from changed copies of the sources, without touching the
// sources: for the commands that take a protection out and look who notices.
package mutate

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build makes the test binary of a package, such as "./envelope", with some files replaced or
// added. sources has them by absolute path. The binary and all else go into dir.
//
// It fails when the changed sources do not build: then nothing was taken out.
func Build(dir, pkg string, sources map[string][]byte) (binary string, err error) {
	overlay := map[string]string{}
	for path, b := range sources {
		overlay[path] = filepath.Join(dir, fmt.Sprintf("%d-%s", len(overlay), filepath.Base(path)))
		if err := os.WriteFile(overlay[path], b, 0o600); err != nil {
			return "", err
		}
	}
	list, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return "", err
	}
	replace := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(replace, list, 0o600); err != nil {
		return "", err
	}
	binary = filepath.Join(dir, "mutant.test")
	out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", replace, "-o", binary, pkg).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return binary, nil
}
