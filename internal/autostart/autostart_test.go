package autostart

import (
	"encoding/xml"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/cloudseed/cloudseed/internal/peer"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What a person sees whose data is not in the usual place, byte for byte.
func TestGolden(t *testing.T) {
	for name, got := range map[string]string{
		"cloudseed-watch.service": Unit("/usr/local/bin/cloudseed", "watch", "--data", "/home/sam/my data"),
		"cloudseed-watch.plist":   Agent("/Applications/cloudseed", "watch", "--data", "/Users/sam/Tom & Sam"),
		"cloudseed-watch.xml":     Task(`LAPTOP\sam`, `C:\Program Files\Cloudseed\cloudseed.exe`, "watch", "--data", `D:\Tom & Sam\`),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || got != string(want) {
			t.Errorf("%s: %v, got\n%s", name, err, got)
		}
	}
}

// Each system is told where its file is.
func TestPlans(t *testing.T) {
	for goos, want := range map[string]string{
		"linux":   "config/systemd/user/cloudseed-watch.service",
		"darwin":  "home/Library/LaunchAgents/cloudseed-watch.plist",
		"windows": "config/Cloudseed/cloudseed-watch.xml",
	} {
		p, err := planFor(goos, "config", "home", "sam", []string{"cloudseed", "watch"})
		if err != nil || filepath.ToSlash(p.path) != want || len(p.content) == 0 {
			t.Errorf("%s: %q, %v", goos, p.path, err)
		}
		for _, commands := range [][][]string{p.on, p.off} {
			last := strings.Join(commands[len(commands)-1], " ")
			if !strings.Contains(last, label) {
				t.Errorf("%s: %q does not name it", goos, last)
			}
		}
	}
	if _, err := planFor("plan9", "", "", "", nil); !errors.Is(err, ErrUnsupported) {
		t.Errorf("another system: %v", err)
	}
}

// Words of a command stay what they are, whatever is in them.
func TestUnit(t *testing.T) {
	unit := Unit("/bin/echo", "watch", `a "b" 100% $HOME \ c`)
	if want := `ExecStart="/bin/echo" "watch" "a \"b\" 100%% $$HOME \\ c"` + "\n"; !strings.Contains(unit, want) {
		t.Errorf("%s\nlacks %s", unit, want)
	}
	verify := peer.Command(t, "systemd-analyze")
	path := filepath.Join(t.TempDir(), "cloudseed-watch.service")
	if err := os.WriteFile(path, []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(verify, "verify", "--user", path).CombinedOutput(); strings.Contains(string(out), "cloudseed-watch.service:") {
		t.Errorf("systemd-analyze: %v\n%s", err, out)
	}
}

func TestAgent(t *testing.T) {
	agent := Agent("/Applications/cloudseed", "watch", "<a> & b")
	var plist struct {
		Words []string `xml:"dict>array>string"`
	}
	if err := xml.Unmarshal([]byte(agent), &plist); err != nil {
		t.Fatal(err)
	}
	if len(plist.Words) != 3 || plist.Words[2] != "<a> & b" {
		t.Errorf("%q", plist.Words)
	}
}

func TestTask(t *testing.T) {
	text := Task("LAPTOP\\sam", `C:\a b\cloudseed.exe`, "watch", "--data", `C:\<a> & b\`)
	var task struct {
		User      string `xml:"Triggers>LogonTrigger>UserId"`
		Command   string `xml:"Actions>Exec>Command"`
		Arguments string `xml:"Actions>Exec>Arguments"`
	}
	plain := strings.Replace(text, `encoding="UTF-16"`, `encoding="UTF-8"`, 1)
	if err := xml.Unmarshal([]byte(plain), &task); err != nil {
		t.Fatal(err)
	}
	if task.User != `LAPTOP\sam` || task.Command != `C:\a b\cloudseed.exe` || task.Arguments != `watch --data "C:\<a> & b\\"` {
		t.Errorf("%+v", task)
	}
	file := utf16File(text)
	var units []uint16
	for i := 0; i < len(file); i += 2 {
		units = append(units, uint16(file[i])|uint16(file[i+1])<<8)
	}
	if units[0] != 0xfeff || strings.ReplaceAll(string(utf16.Decode(units[1:])), "\r\n", "\n") != text {
		t.Error("the file is not the text in UTF-16")
	}
}

// The examples of Microsoft's page on parsing command-line arguments, the other way round.
func TestWindowsWord(t *testing.T) {
	for word, want := range map[string]string{
		``:      `""`,
		`abc`:   `abc`,
		`a b`:   `"a b"`,
		`a\\b`:  `a\\b`,
		`a"b`:   `"a\"b"`,
		`a\"b`:  `"a\\\"b"`,
		`a b\`:  `"a b\\"`,
		`a\\ b`: `"a\\ b"`,
	} {
		if got := windowsWord(word); got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
}
