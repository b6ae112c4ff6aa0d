package main

import (
	"fmt"
	"strings"
)

const block = 512

// An entry is one header block of a tar, and the data behind it.
type entry struct {
	name, prefix string
	kind         byte
	size         string // the field of 12 bytes; "" for the size of data
	magic        string // the field of 8 bytes
	link         string
	data         string
	checksum     string // the field of 8 bytes; "" for the right one
	fill         byte   // what fills the last block of data
}

// regular is an ordinary file. One whose name is not ASCII, or too long, gets its name from
// an extended header in front of it; see bytes.
func regular(m member) entry {
	e := entry{name: m.name, kind: '0', magic: "ustar\x0000", data: m.data}
	if prefix, name, ok := strings.Cut(m.name, "/"); ok && len(m.name) > 100 && len(name) <= 100 {
		e.prefix, e.name = prefix, name
	}
	return e
}

// extended is an extended header that holds records.
func extended(records string) entry {
	return entry{name: "PaxHeaders.0/x", kind: 'x', magic: "ustar\x0000", data: records}
}

// record is "LENGTH KEY=VALUE\n", where LENGTH counts itself too.
func record(key, value string) string {
	for n := 0; ; n++ {
		if s := fmt.Sprintf("%d %s=%s\n", n, key, value); len(s) == n {
			return s
		}
	}
}

func (e entry) bytes() []byte {
	notASCII := strings.ContainsFunc(e.name, func(r rune) bool { return r >= 0x80 })
	if e.kind == '0' && e.prefix == "" && (notASCII || len(e.name) > 100) {
		ascii := e
		ascii.name = "x"
		return append(extended(record("path", e.name)).bytes(), ascii.bytes()...)
	}
	b := make([]byte, block)
	copy(b[0:100], e.name)
	copy(b[100:], "0000600\x000000000\x000000000\x00")
	size := e.size
	if size == "" {
		size = fmt.Sprintf("%011o\x00", len(e.data))
	}
	copy(b[124:136], size)
	copy(b[136:], "15277775400\x00        ")
	b[156] = e.kind
	copy(b[157:257], e.link)
	copy(b[257:265], e.magic)
	copy(b[345:500], e.prefix)
	sum := 0
	for _, c := range b {
		sum += int(c)
	}
	checksum := e.checksum
	if checksum == "" {
		checksum = fmt.Sprintf("%06o\x00 ", sum)
	}
	copy(b[148:156], checksum)
	b = append(b, e.data...)
	for len(b)%block != 0 {
		b = append(b, e.fill)
	}
	return b
}

// pad joins entries, with two zero blocks or more behind them.
func pad(entries []entry, size int) []byte {
	var b []byte
	for _, e := range entries {
		b = append(b, e.bytes()...)
	}
	b = append(b, make([]byte, 2*block)...)
	if len(b) < size {
		b = append(b, make([]byte, size-len(b))...)
	}
	return b
}
