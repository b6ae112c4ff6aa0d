package cloudseed

import (
	"context"

	"github.com/cloudseed/cloudseed/envelope"
)

// A SealedFile is the newest generation of one part, exactly as the places have it.
type SealedFile struct {
	Name       string // as in the places
	Part       envelope.Part
	Generation int
	Data       []byte
}

// Export returns the sealed bytes of every part that the vault has, for a person to keep a
// copy of their own. They open as those in the places do, and with nothing less. It fails
// with store.ErrNotFound if no place gives back what the device knows of.
func Export(ctx context.Context, cfg Config, d *Device) ([]SealedFile, error) {
	cfg.inTurn()
	if err := d.made(); err != nil {
		return nil, err
	}
	var files []SealedFile
	for _, part := range []envelope.Part{envelope.WalletPart, envelope.FilesPart} {
		newest, _ := d.part(part, &PlaceState{})
		if newest.Generation == 0 {
			continue
		}
		data, err := d.sealedBytes(ctx, &cfg, part)
		if err != nil {
			return nil, err
		}
		name := envelope.FileName(envelope.BaseName(d.Name), part, newest.Generation)
		files = append(files, SealedFile{name, part, newest.Generation, data})
	}
	return files, nil
}
