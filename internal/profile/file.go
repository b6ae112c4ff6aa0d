package profile

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
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
	if err := replace(path, data); err != nil {
		return &Error{Path: path, Kind: ErrWrite, Err: err}
	}
	return nil
}

func replace(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := fill(f, data); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// fill writes data durably and closes f.
func fill(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir makes a rename or a removal in dir durable. Windows has no such call, and
// makes them durable with the file system's own journal.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
