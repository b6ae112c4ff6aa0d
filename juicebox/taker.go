package juicebox

import "encoding/binary"

// A taker reads a request, which has one encoding: at each place it knows what must stand
// there. After the first failure it takes nothing more.
type taker struct {
	rest   []byte
	failed string // what was not as it must be
}

func (t *taker) fail(what string) {
	if t.failed == "" {
		t.rest, t.failed = nil, what
	}
}

// head takes the head of an item in its shortest form, with n up to 65535.
func (t *taker) head() (major byte, n int, ok bool) {
	b := t.rest
	if len(b) == 0 {
		return 0, 0, false
	}
	size := 1
	switch n = int(b[0] & 31); {
	case n < 24:
	case n == 24 && len(b) >= 2 && b[1] >= 24:
		n, size = int(b[1]), 2
	case n == 25 && len(b) >= 3 && b[1] > 0:
		n, size = int(binary.BigEndian.Uint16(b[1:])), 3
	default:
		return 0, 0, false
	}
	t.rest = b[size:]
	return b[0] >> 5, n, true
}

// skipHead takes the head of this item, if it stands there.
func (t *taker) skipHead(major byte, n int) bool {
	before := t.rest
	if m, got, ok := t.head(); ok && m == major && got == n {
		return true
	}
	t.rest = before
	return false
}

// bytes takes n bytes.
func (t *taker) bytes(n int) []byte {
	if n > len(t.rest) {
		t.fail("length")
		return nil
	}
	taken := t.rest[:n]
	t.rest = t.rest[n:]
	return taken
}

func (t *taker) text() string {
	major, n, ok := t.head()
	if !ok || major != majorText {
		t.fail("name")
		return ""
	}
	return string(t.bytes(n))
}

// fields fills fs from a map that has exactly these, in this order.
func (t *taker) fields(name string, fs fields) {
	if !t.skipHead(majorMap, len(fs)) {
		t.fail(name)
	}
	for _, f := range fs {
		if t.failed != "" {
			return
		}
		if t.text() != f.name {
			t.fail(f.name)
		}
		t.value(f)
	}
}

func (t *taker) value(f field) {
	switch v := f.value.(type) {
	case []byte:
		if !t.skipHead(majorBytes, len(v)) || copy(v, t.bytes(len(v))) < len(v) {
			t.fail(f.name)
		}
	case *uint16:
		major, n, ok := t.head()
		if !ok || major != majorUint {
			t.fail(f.name)
		}
		*v = uint16(n)
	case fields:
		t.fields(f.name, v)
	}
}
