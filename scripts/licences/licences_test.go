package main

import (
	"os"
	"strings"
	"testing"
)

// TestPage: the page names what is linked now, and nothing of it is forbidden.
func TestPage(t *testing.T) {
	if err := run("../../"+page, "", true); err != nil {
		t.Error(err)
	}
}

// TestIdentify: our own licence is known; one that asks for more, or none at all, is refused.
func TestIdentify(t *testing.T) {
	mit, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	if ids, err := identify(mit); err != nil || len(ids) != 1 || ids[0] != "MIT" {
		t.Errorf("our own: %v, %v", ids, err)
	}
	gpl, err := os.ReadFile("/usr/share/common-licenses/GPL-3")
	if err == nil {
		if _, err := identify(gpl); err == nil || !strings.Contains(err.Error(), "GPL-3.0") {
			t.Errorf("the GPL: %v", err)
		}
	}
	if _, err := identify([]byte("You may use this if you ask me nicely, every time.")); err == nil {
		t.Error("an unknown licence is let pass")
	}
}

// TestNoLicence: a module without a licence file is refused.
func TestNoLicence(t *testing.T) {
	dir := t.TempDir()
	m := module{path: "example.com/none", root: dir, dirs: []string{dir}}
	if err := m.read(); err == nil || !strings.Contains(err.Error(), "no licence file") {
		t.Errorf("got %v", err)
	}
}

// TestNotices: every text is there once, under all modules that have it.
func TestNotices(t *testing.T) {
	got := string(notices([]module{{path: "a", version: "v1", texts: []string{"MIT\n"}}, {path: "b", version: "v2", texts: []string{"MIT\n", "BSD\n"}}}))
	if !strings.Contains(got, "\na v1\nb v2\n\nMIT\n") || !strings.Contains(got, "\nb v2\n\nBSD\n") || strings.Count(got, "MIT") != 1 {
		t.Errorf("%s", got)
	}
}
