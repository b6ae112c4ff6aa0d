package main

import (
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed/internal/version"
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

func thisVersion() versionResult {
	return versionResult{version.String(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
}
