package envelope

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Where the fields of a tar header block are that a reader looks at (POSIX ustar).
const (
	tarName     = 0   // 100 bytes
	tarSize     = 124 // 12: eleven octal digits and a zero
	tarChecksum = 148 // 8: six octal digits, a zero, a space
	tarType     = 156 // 1
	tarMagic    = 257 // 8: "ustar", a zero, "00"
	tarPrefix   = 345 // 155
)

// maxMembers is README, manifest, signature and as many attached files as may be.
const maxMembers = MaxFileCount + 3

// unpackTar reads a whole tar of the one kind that backups are. Tars come in many dialects,
// and readers differ in what they make of the odd ones; here everything is refused that is
// not a regular file under a plain name. Behind the last member stand zeros to the end. The
// archive is at most maxTarSize bytes; the members together need no more.
func unpackTar(archive []byte) ([]File, error) {
	if len(archive)%tarBlock != 0 {
		return nil, errors.New("of a size that no backup has")
	}
	var files []File
	seen := map[string]bool{}
	for rest := archive; ; {
		if len(rest) < 2*tarBlock {
			return nil, io.ErrUnexpectedEOF
		}
		if rest[0] == 0 {
			return files, onlyZeros(rest)
		}
		f, behind, err := nextMember(rest)
		if err != nil {
			return nil, err
		}
		if seen[fold(f.Name)] {
			return nil, errors.New("two members of one name")
		}
		if len(files) == maxMembers {
			return nil, errors.New("too many members")
		}
		seen[fold(f.Name)] = true
		files, rest = append(files, f), behind
	}
}

// nextMember reads one regular file, and the extended header that holds its name if that is
// not ASCII.
func nextMember(rest []byte) (f File, behind []byte, err error) {
	kind, name, data, behind, err := nextEntry(rest)
	if err != nil {
		return File{}, nil, err
	}
	if kind == 'x' {
		long, err := extendedName(data)
		if err != nil {
			return File{}, nil, err
		}
		if kind, _, data, behind, err = nextEntry(behind); err != nil {
			return File{}, nil, err
		}
		name = long
	}
	if kind != '0' {
		return File{}, nil, errors.New("member that is not a regular file")
	}
	if CheckFileName(strings.TrimPrefix(name, filesDir)) != nil {
		return File{}, nil, errors.New("member with a name that no backup has")
	}
	return File{name, bytes.Clone(data)}, behind, nil
}

// nextEntry reads one header block and the data behind it, which zeros fill up to a block.
func nextEntry(rest []byte) (kind byte, name string, data, behind []byte, err error) {
	if len(rest) < tarBlock {
		return 0, "", nil, nil, io.ErrUnexpectedEOF
	}
	block, rest := rest[:tarBlock], rest[tarBlock:]
	if string(block[tarMagic:tarMagic+8]) != "ustar\x0000" {
		return 0, "", nil, nil, errors.New("member in another tar dialect")
	}
	if string(block[tarChecksum:tarChecksum+8]) != fmt.Sprintf("%06o\x00 ", checksum(block)) {
		return 0, "", nil, nil, errors.New("header with a wrong checksum")
	}
	size, err := octal(block[tarSize : tarSize+12])
	if err != nil {
		return 0, "", nil, nil, err
	}
	padded := (size + tarBlock - 1) / tarBlock * tarBlock
	if padded > int64(len(rest)) {
		return 0, "", nil, nil, io.ErrUnexpectedEOF
	}
	if err := onlyZeros(rest[size:padded]); err != nil {
		return 0, "", nil, nil, err
	}
	name = text(block[tarName : tarName+100])
	if prefix := text(block[tarPrefix : tarPrefix+155]); prefix != "" {
		name = prefix + "/" + name
	}
	return block[tarType], name, rest[:size], rest[padded:], nil
}

// checksum is the sum of the block's bytes, with spaces in the checksum's place.
func checksum(block []byte) (sum int) {
	for i, c := range block {
		if i >= tarChecksum && i < tarChecksum+8 {
			c = ' '
		}
		sum += int(c)
	}
	return sum
}

// octal reads a size field. Other forms, such as GNU's binary one for huge sizes, are refused.
func octal(field []byte) (int64, error) {
	digits, ok := bytes.CutSuffix(field, []byte{0})
	n, err := strconv.ParseUint(string(digits), 8, 63)
	if !ok || err != nil {
		return 0, errors.New("member with a size of another form")
	}
	return int64(n), nil
}

// text is a field up to its first zero.
func text(field []byte) string {
	before, _, _ := bytes.Cut(field, []byte{0})
	return string(before)
}

// extendedName reads the extended header (POSIX pax) of a name: one record "LENGTH path=NAME\n"
// where LENGTH counts all of the record, itself too.
func extendedName(data []byte) (string, error) {
	_, name, _ := strings.Cut(string(data), " path=")
	name = strings.TrimSuffix(name, "\n")
	if string(data) != fmt.Sprintf("%d path=%s\n", len(data), name) {
		return "", errors.New("member with extended attributes")
	}
	return name, nil
}

func onlyZeros(b []byte) error {
	for _, c := range b {
		if c != 0 {
			return errors.New("something where zeros must stand")
		}
	}
	return nil
}
