package envelope

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A File is one file inside a backup.
type File struct {
	Name string
	Data []byte
}

const tarBlock = 512

// packTar writes files as a tar that is padded with zero blocks, which tar ignores, so that
// its size says little: to exactly size bytes, or to the next doubling of it when grow is set.
func packTar(files []File, created time.Time, size int, grow bool) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: f.Name, Size: int64(len(f.Data)), Mode: 0o600, ModTime: created}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.Data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	for grow && size < b.Len() {
		size *= 2
	}
	if b.Len() > size || size > maxTarSize {
		clear(b.Bytes())
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, b.Len())
	}
	padded := make([]byte, size)
	copy(padded, b.Bytes())
	clear(b.Bytes())
	return padded, nil
}

// unpackTar reads a whole tar. It accepts regular files with plain names only, and nothing
// but zeros behind them.
func unpackTar(archive []byte) ([]File, error) {
	if len(archive) > maxTarSize || len(archive)%tarBlock != 0 {
		return nil, errors.New("of a size that no backup has")
	}
	at := bytes.NewReader(archive)
	r := tar.NewReader(at)
	var files []File
	seen := map[string]bool{}
	for {
		h, err := r.Next()
		if err == io.EOF {
			return files, onlyZeros(archive[len(archive)-at.Len():])
		}
		if err != nil {
			return nil, err
		}
		if err := checkHeader(h); err != nil {
			return nil, err
		}
		if folded := fold(h.Name); seen[folded] {
			return nil, errors.New("two members of one name")
		} else {
			seen[folded] = true
		}
		if len(files) == MaxFileCount+4 {
			return nil, errors.New("too many members")
		}
		if h.Size > int64(at.Len()) {
			return nil, io.ErrUnexpectedEOF
		}
		data := make([]byte, h.Size)
		if _, err := io.ReadFull(r, data); err != nil {
			return nil, err
		}
		files = append(files, File{h.Name, data})
	}
}

func checkHeader(h *tar.Header) error {
	if h.Typeflag != tar.TypeReg {
		return errors.New("member that is not a regular file")
	}
	for key := range h.PAXRecords {
		if key != "path" {
			return errors.New("member with extended attributes")
		}
	}
	if h.Format != tar.FormatUSTAR && h.Format != tar.FormatPAX {
		return errors.New("member in another tar dialect")
	}
	name := strings.TrimPrefix(h.Name, filesDir)
	if h.Size < 0 || CheckFileName(name) != nil {
		return errors.New("member with a name or size that no backup has")
	}
	return nil
}

// CheckFileName tells whether a file may be attached under name: 1 to 100 bytes of
// printable UTF-8, without slashes or a leading dot or dash, and safe on every system.
func CheckFileName(name string) error {
	bad := func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(`/\:*?"<>|`, r) }
	switch {
	case name == "" || len(name) > 100 || !utf8.ValidString(name),
		strings.ContainsFunc(name, bad),
		strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-"),
		strings.HasSuffix(name, ".") || strings.HasSuffix(name, " "),
		path.Clean(name) != name:
		return fmt.Errorf("%w: its name would not be safe on every system", ErrBadFile)
	}
	return nil
}

// fold is the name as a file system sees it that does not tell case apart.
func fold(name string) string { return strings.ToLower(strings.ToUpper(name)) }

func onlyZeros(b []byte) error {
	for _, c := range b {
		if c != 0 {
			return errors.New("something stands behind the last member")
		}
	}
	return nil
}
