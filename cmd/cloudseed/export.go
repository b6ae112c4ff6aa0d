package main

import (
	"context"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
)

func newExport(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: say("Write the sealed files, exactly as the places have them"),
		Long: say(`Export writes the newest sealed file of each part into a folder, byte for byte. They are
as safe there as in a cloud: they open with the PIN and the PIN servers, or with the
emergency kit. Nothing that is there is overwritten.`),
		Example: "  cloudseed export --out copies",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.export(cmd.Context()) },
	}
	f := cmd.Flags()
	f.StringVar(&s.flags.name, "name", "", say("`NAME` of the wallet, if there are several"))
	f.StringVar(&s.flags.out, "out", "", say("`DIR` to write to; the current one when not given"))
	f.StringVar(&s.flags.passwordFile, "password-file", "", say("`FILE` with the password of the place; - is standard input"))
	return cmd
}

func (s *session) export(ctx context.Context) error {
	d, cfg, err := s.oneDevice(ctx)
	if err != nil {
		return err
	}
	files, err := cloudseed.Export(ctx, cfg, d)
	if err != nil {
		return err
	}
	r := exportResult{Files: []exportedFile{}}
	for _, f := range files {
		path := filepath.Join(s.flags.out, f.Name)
		if err := writeNew(path, f.Data); err != nil {
			return err
		}
		r.Files = append(r.Files, exportedFile{absolute(path), string(f.Part), f.Generation, len(f.Data)})
	}
	s.printer.result("export", r)
	return nil
}

type exportResult struct {
	Files []exportedFile `json:"files"`
}

type exportedFile struct {
	Path       string `json:"path"`
	Part       string `json:"part"`
	Generation int    `json:"generation"`
	Size       int    `json:"size"` // bytes
}

func (r exportResult) text(w io.Writer) {
	for _, f := range r.Files {
		printf(w, "%s (%s part, generation %d, %d bytes)\n", f.Path, f.Part, f.Generation, f.Size)
	}
}
