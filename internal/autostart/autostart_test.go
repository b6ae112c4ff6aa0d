package autostart

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Words of a command stay what they are, whatever is in them.
func TestUnit(t *testing.T) {
	unit := Unit("/bin/echo", "watch", `a "b" 100% $HOME \ c`)
	if want := `ExecStart="/bin/echo" "watch" "a \"b\" 100%% $$HOME \\ c"` + "\n"; !strings.Contains(unit, want) {
		t.Errorf("%s\nlacks %s", unit, want)
	}
	verify, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze to verify the unit with")
	}
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
