package version

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestStamped builds both programs of a release by hand, with a version of their own.
func TestStamped(t *testing.T) {
	for program, want := range map[string]string{
		"cloudseed":       "cloudseed v1.2.3 (go1.",
		"cloudseed-realm": "cloudseed-realm v1.2.3\n",
	} {
		built := filepath.Join(t.TempDir(), program)
		out, err := exec.Command("go", "build", "-ldflags", "-X github.com/cloudseed/cloudseed/internal/version.stamped=v1.2.3",
			"-o", built, "../../cmd/"+program).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		got, err := exec.Command(built, "version").Output()
		if err != nil || !strings.HasPrefix(string(got), want) {
			t.Errorf("%s: %q, %v; want %q", program, got, err, want)
		}
	}
}

// TestBuilt: without a stamp it is what the go command says, which for a test is "(devel)".
func TestBuilt(t *testing.T) {
	if got := String(); got == "" || got == Unknown {
		t.Errorf("String() = %q", got)
	}
}
