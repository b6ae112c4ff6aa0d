// Package version says which version of the program this is.
package version

import (
	"cmp"
	"runtime/debug"
)

// stamped is set by builds of which the go command cannot know the version, from an archive
// of the source say: -ldflags "-X github.com/cloudseed/cloudseed/internal/version.stamped=v1.2.3".
var stamped string

// Unknown is the version of a program that nobody has told.
const Unknown = "unknown"

// String is the stamped version, or what the go command has written into the program: its tag,
// or a pseudo-version of its commit, with "+dirty" if files had been changed; "(devel)" where
// it saw no repository.
func String() string {
	built := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		built = info.Main.Version
	}
	return cmp.Or(stamped, built, Unknown)
}
