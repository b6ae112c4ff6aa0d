// Package synced tells whether a folder is copied to a cloud by a program of this computer:
// iCloud Drive, Dropbox, OneDrive, Google Drive, Nextcloud or ownCloud. What opens a backup
// must not be written there, since the cloud has the backup already.
//
// It knows the folders where these programs put their copies on Linux, macOS and Windows, the
// settings files in which Dropbox and Nextcloud say where a person has moved theirs, and the
// marks that some leave in their copies. It follows symbolic links. A folder that it does not
// find may be copied all the same, by a program that it does not know.
package synced

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// A Computer is where to look. The zero Computer is this one.
type Computer struct {
	Home   string                   // the person's folder; os.UserHomeDir when ""
	System string                   // linux, darwin or windows; runtime.GOOS when ""
	Getenv func(name string) string // os.Getenv when nil
}

// A Folder is the root of a cloud's copy.
type Folder struct{ Cloud, Path string }

// Find tells which cloud copies dir, which need not be there yet.
func (c Computer) Find(dir string) (Folder, bool) {
	c.fill()
	dir = resolve(dir)
	for _, f := range c.folders() {
		if c.inside(dir, resolve(f.Path)) {
			return f, true
		}
	}
	for at := dir; ; at = filepath.Dir(at) {
		if cloud := marked(at); cloud != "" {
			return Folder{cloud, at}, true
		}
		if at == filepath.Dir(at) {
			return Folder{}, false
		}
	}
}

func (c *Computer) fill() {
	if c.Home == "" {
		c.Home, _ = os.UserHomeDir()
	}
	if c.System == "" {
		c.System = runtime.GOOS
	}
	if c.Getenv == nil {
		c.Getenv = os.Getenv
	}
}

// In the home folder, with what a second account or a company adds to the name.
var inHome = []struct{ pattern, cloud string }{
	{"Dropbox*", "Dropbox"}, {"OneDrive*", "OneDrive"}, {"Google Drive*", "Google Drive"}, {"GoogleDrive*", "Google Drive"},
	{"My Drive*", "Google Drive"}, {"Nextcloud*", "Nextcloud"}, {"ownCloud*", "ownCloud"},
	{"iCloudDrive*", "iCloud Drive"}, {"iCloud Drive*", "iCloud Drive"}, {"iCloudPhotos*", "iCloud Drive"},
	{"Library/Mobile Documents", "iCloud Drive"},
	{"Library/CloudStorage/Dropbox*", "Dropbox"}, {"Library/CloudStorage/OneDrive*", "OneDrive"},
	{"Library/CloudStorage/GoogleDrive*", "Google Drive"}, {"Library/CloudStorage", "a cloud"},
}

func (c *Computer) folders() []Folder {
	var all []Folder
	if c.Home != "" {
		for _, p := range inHome {
			found, _ := filepath.Glob(filepath.Join(c.Home, filepath.FromSlash(p.pattern)))
			for _, path := range found {
				all = append(all, Folder{p.cloud, path})
			}
		}
		all = append(all, c.appleDesktop()...)
	}
	for _, name := range []string{"OneDrive", "OneDriveConsumer", "OneDriveCommercial"} {
		if path := c.Getenv(name); path != "" {
			all = append(all, Folder{"OneDrive", path})
		}
	}
	return append(append(all, c.dropbox()...), c.nextcloud()...)
}

// appleDesktop is Desktop and Documents of a Mac that keeps them in iCloud Drive.
func (c *Computer) appleDesktop() (all []Folder) {
	for _, name := range []string{"Desktop", "Documents"} {
		if exists(filepath.Join(c.Home, "Library/Mobile Documents/com~apple~CloudDocs", name)) {
			all = append(all, Folder{"iCloud Drive", filepath.Join(c.Home, name)})
		}
	}
	return all
}

// dropbox reads where Dropbox says that its folders are (help.dropbox.com, "Find the Dropbox
// folder paths": info.json).
func (c *Computer) dropbox() (all []Folder) {
	for _, dir := range []string{filepath.Join(c.Home, ".dropbox"), c.below("APPDATA", "Dropbox"), c.below("LOCALAPPDATA", "Dropbox")} {
		text, err := os.ReadFile(filepath.Join(dir, "info.json"))
		var accounts map[string]struct {
			Path string `json:"path"`
		}
		if err != nil || json.Unmarshal(text, &accounts) != nil {
			continue
		}
		for _, account := range accounts {
			if account.Path != "" {
				all = append(all, Folder{"Dropbox", account.Path})
			}
		}
	}
	return all
}

// nextcloud reads the folders of its desktop program: lines such as
// "0\Folders\1\localPath=/home/sam/Nextcloud/".
func (c *Computer) nextcloud() (all []Folder) {
	for _, name := range []string{"Nextcloud/nextcloud.cfg", "ownCloud/owncloud.cfg"} {
		cloud, _, _ := strings.Cut(name, "/")
		for _, dir := range []string{filepath.Join(c.Home, ".config"), c.below("XDG_CONFIG_HOME", ""), filepath.Join(c.Home, "Library/Preferences"), c.below("APPDATA", "")} {
			f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
			if err != nil {
				continue
			}
			for lines := bufio.NewScanner(f); lines.Scan(); {
				if key, path, ok := strings.Cut(lines.Text(), "="); ok && strings.HasSuffix(key, "localPath") && path != "" {
					all = append(all, Folder{cloud, filepath.FromSlash(path)})
				}
			}
			f.Close()
		}
	}
	return all
}

// below is a folder in one that the environment names, or one that is not there.
func (c *Computer) below(variable, name string) string {
	if dir := c.Getenv(variable); dir != "" {
		return filepath.Join(dir, name)
	}
	return filepath.Join(c.Home, ".not-there")
}

// marked tells by what is in a folder whether it is the root of a copy.
func marked(dir string) string {
	for _, m := range []struct{ pattern, cloud string }{
		{".dropbox.cache", "Dropbox"}, {".sync_*.db", "Nextcloud"}, {"._sync_*.db", "Nextcloud"}, {".owncloudsync.log", "ownCloud"},
	} {
		if found, _ := filepath.Glob(filepath.Join(escape(dir), m.pattern)); len(found) > 0 {
			return m.cloud
		}
	}
	return ""
}

// escape makes a folder's name mean itself in a pattern.
func escape(dir string) string {
	if runtime.GOOS == "windows" {
		return dir // where names hold no * or ?, and \ cannot escape
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(dir)
}

// inside tells whether dir is root or below it. Only Linux tells upper from lower case.
func (c *Computer) inside(dir, root string) bool {
	if c.System != "linux" {
		dir, root = strings.ToLower(dir), strings.ToLower(root)
	}
	rel, err := filepath.Rel(root, dir)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// resolve is where path leads, with every link followed as far as it exists.
func resolve(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	parent := filepath.Dir(path)
	if parent == path {
		return path
	}
	return filepath.Join(resolve(parent), filepath.Base(path))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
