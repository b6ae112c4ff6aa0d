package envelope

import (
	"archive/tar"
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
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

// CheckFileName tells whether a file may be attached under name: 1 to 100 bytes of
// printable UTF-8, without slashes or a leading dot or dash, and safe on every system.
func CheckFileName(name string) error {
	bad := func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(`/\:*?"<>|`, r) }
	switch {
	case name == "" || len(name) > 100 || !utf8.ValidString(name),
		strings.ContainsFunc(name, bad),
		strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-"),
		strings.HasSuffix(name, ".") || strings.HasSuffix(name, " "):
		return fmt.Errorf("%w: its name would not be safe on every system", ErrBadFile)
	}
	return nil
}

// fold is the name as a file system sees it that tells neither case apart nor the ways to
// compose a letter.
func fold(name string) string { return strings.ToLower(strings.ToUpper(norm.NFC.String(name))) }
