//go:build manpages

package main

import (
	"fmt"
	"os"

	"github.com/cloudseed/cloudseed/internal/manpages"
)

// With this tag the program writes its man pages and completions into the folder named on its
// command line, and ends. See ./scripts/extras.
func init() {
	if err := manpages.Write(newRoot(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
