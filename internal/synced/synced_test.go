package synced

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestFind(t *testing.T) {
	home := t.TempDir()
	mkdirs := func(dirs ...string) {
		for _, d := range dirs {
			if err := os.MkdirAll(filepath.Join(home, d), 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func(name, text string) {
		mkdirs(filepath.Dir(name))
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mkdirs("Dropbox (Personal)", "OneDrive - Company/a", "Nextcloud", "Library/Mobile Documents/com~apple~CloudDocs/Desktop", "Desktop", "Documents",
		"Library/CloudStorage/GoogleDrive-sam@example.com", "moved/box/deep", "moved/next", "moved/one", "plain", "moved/box2", "Dropbox-free")
	write(".dropbox/info.json", fmt.Sprintf(`{"personal": {"path": %q}}`, filepath.Join(home, "moved/box")))
	write(".config/Nextcloud/nextcloud.cfg", "[Accounts]\n0\\Folders\\1\\localPath="+filepath.Join(home, "moved/next")+"/\n")
	write("marked/._sync_0123abcd.db", "")
	if err := os.Symlink(filepath.Join(home, "Nextcloud"), filepath.Join(home, "link")); err != nil {
		t.Fatal(err)
	}
	c := Computer{Home: home, System: "linux", Getenv: func(name string) string {
		return map[string]string{"OneDriveConsumer": filepath.Join(home, "moved/one")}[name]
	}}
	for dir, want := range map[string]string{
		"Dropbox (Personal)":    "Dropbox",
		"OneDrive - Company/a":  "OneDrive",
		"Nextcloud/not/yet":     "Nextcloud",
		"link/below":            "Nextcloud", // through a link
		"Desktop/new":           "iCloud Drive",
		"Documents":             "",
		"moved/box/deep/deeper": "Dropbox",
		"moved/box2":            "",
		"moved/next":            "Nextcloud",
		"moved/one":             "OneDrive",
		"marked/a/b":            "Nextcloud",
		"plain":                 "",
		"":                      "",
		"Library/CloudStorage/GoogleDrive-sam@example.com/My Drive": "Google Drive",
		"Library/Mobile Documents/com~apple~CloudDocs/kit":          "iCloud Drive",
	} {
		if got, _ := c.Find(filepath.Join(home, dir)); got.Cloud != want {
			t.Errorf("%s: %q, want %q", dir, got.Cloud, want)
		}
	}
	c.System = "darwin"
	if got, _ := c.Find(filepath.Join(home, "nextCLOUD/kit")); got.Cloud != "Nextcloud" {
		t.Errorf("other case on macOS: %q", got.Cloud)
	}
}
