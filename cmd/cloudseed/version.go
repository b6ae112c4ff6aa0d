package main

import (
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(s *session) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   say("Print the version"),
		Example: "  cloudseed version",
		Args:    cobra.NoArgs,
		Run:     func(*cobra.Command, []string) { s.printer.result("version", thisVersion()) },
	}
}

type versionResult struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	System  string `json:"system"`
}

func (v versionResult) text(w io.Writer) {
	printf(w, "cloudseed %s (%s, %s)\n", v.Version, v.Go, v.System)
}

// thisVersion is what the Go command has written into the program.
func thisVersion() versionResult {
	v := versionResult{"unknown", runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	return v
}
