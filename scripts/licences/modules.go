package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// ours is what is linked into a release.
const ours = "github.com/cloudseed/cloudseed"

var (
	systems  = []string{"linux", "darwin", "windows"}
	machines = []string{"amd64", "arm64"}
)

// A module is linked: at least one of its packages is.
type module struct {
	path, version string
	root          string
	dirs          []string // of its linked packages
	licences      []string // SPDX
	texts         []string // of its licence files
}

// linked asks the go command what the programs link, for each system of a release.
func linked() ([]module, error) {
	all := map[string]*module{}
	for _, system := range systems {
		for _, machine := range machines {
			if err := add(all, system, machine); err != nil {
				return nil, err
			}
		}
	}
	var modules []module
	for _, path := range slices.Sorted(maps.Keys(all)) {
		modules = append(modules, *all[path])
	}
	return modules, nil
}

// listed is what of "go list -json" is needed.
type listed struct {
	Dir      string
	Standard bool
	Module   *struct{ Path, Version, Dir string }
}

func add(all map[string]*module, system, machine string) error {
	cmd := exec.Command("go", "list", "-pgo=off", "-deps", "-json=Dir,Standard,Module", ours+"/cmd/...")
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+machine, "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list for %s/%s: %w", system, machine, err)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := addPackage(all, p); err != nil {
			return err
		}
	}
}

func addPackage(all map[string]*module, p listed) error {
	m := module{path: "the Go standard library and runtime"}
	switch {
	case p.Standard:
		root, err := goRoot()
		if err != nil {
			return err
		}
		m.root, p.Dir = root, root
	case p.Module == nil:
		return fmt.Errorf("%s is of no module", p.Dir)
	case p.Module.Path == ours:
		return nil
	default:
		m = module{path: p.Module.Path, version: p.Module.Version, root: p.Module.Dir}
	}
	if all[m.path] == nil {
		all[m.path] = &m
	}
	if m := all[m.path]; !slices.Contains(m.dirs, p.Dir) {
		m.dirs = append(m.dirs, p.Dir)
	}
	return nil
}

func goRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	return filepath.Clean(strings.TrimSpace(string(out))), err
}
