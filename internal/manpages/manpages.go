// Package manpages writes what a package brings beside a program: its man pages and its
// completions for shells, from its own commands. Only ./scripts/extras links it, with the
// build tag "manpages"; the programs themselves do not.
package manpages

import (
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/cloudseed/cloudseed/internal/version"
)

// Write makes DIR/man1, section 1 with a page for every command, and DIR/bash, DIR/zsh and
// DIR/fish under the names by which those shells look for them. The date on the pages is
// SOURCE_DATE_EPOCH, in seconds, or 1970: the same commit gives the same bytes.
func Write(root *cobra.Command, dir string) error {
	for _, sub := range []string{"man1", "bash", "zsh", "fish"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	root.DisableAutoGenTag = true
	name, date := root.Name(), commitTime()
	header := &doc.GenManHeader{Section: "1", Date: &date, Source: name + " " + version.String(), Manual: "Cloudseed"}
	if err := doc.GenManTree(root, header, filepath.Join(dir, "man1")); err != nil {
		return err
	}
	if err := root.GenBashCompletionFileV2(filepath.Join(dir, "bash", name), true); err != nil {
		return err
	}
	if err := root.GenZshCompletionFile(filepath.Join(dir, "zsh", "_"+name)); err != nil {
		return err
	}
	return root.GenFishCompletionFile(filepath.Join(dir, "fish", name+".fish"), true)
}

func commitTime() time.Time {
	seconds, _ := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	return time.Unix(seconds, 0).UTC()
}
