package profile

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"github.com/cloudseed/cloudseed/internal/replacefile"
)

// readJSON decodes path into v. It tells whether the file exists.
func readJSON(path string, v any) (bool, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return true, &Error{Path: path, Kind: ErrUnreadable, Err: err}
	}
	var version struct{ Format int }
	if err := json.Unmarshal(data, &version); err != nil {
		return true, &Error{Path: path, Kind: ErrUnreadable, Err: errors.New("not valid JSON")} // the cause may quote a password
	}
	if version.Format > format {
		return true, &Error{Path: path, Kind: ErrNewer}
	}
	if err := json.Unmarshal(data, v); err != nil {
		return true, &Error{Path: path, Kind: ErrUnreadable, Err: errors.New("not what this program writes")}
	}
	return true, nil
}

func (p *Profile) writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return &Error{Path: path, Kind: ErrWrite, Err: err}
	}
	return p.write(path, append(data, '\n'))
}

// write replaces path by data. When it returns nil, data survives a crash; when it fails,
// what was there before is still whole.
func (p *Profile) write(path string, data []byte) error {
	if p.lock == nil {
		return &Error{Path: path, Kind: ErrReadOnly}
	}
	if err := replacefile.Write(path, data); err != nil {
		return &Error{Path: path, Kind: ErrWrite, Err: err}
	}
	return nil
}
