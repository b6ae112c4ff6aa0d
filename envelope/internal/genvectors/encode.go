package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// A list is a JSON object whose values are written already.
type list []struct{ key, value string }

func (l list) json() string {
	var lines []string
	for _, e := range l {
		lines = append(lines, fmt.Sprintf("  %s: %s", quote(e.key), e.value))
	}
	return "{\n" + strings.Join(lines, ",\n") + "\n}\n"
}

func (l list) at(key string) int {
	for i, e := range l {
		if e.key == key {
			return i
		}
	}
	panic("no key " + key)
}

func (l list) set(key, value string) { l[l.at(key)].value = value }

// fill sets what a case has not set.
func (l list) fill(key, value string) {
	for i := range l {
		if l[i].key == key && l[i].value == "" {
			l[i].value = value
		}
	}
}

func (l *list) remove(key string) { *l = slices.Delete(*l, l.at(key), l.at(key)+1) }

// quote writes a JSON string: what must be escaped is, and U+2028 and U+2029; all else stands
// as it is.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString("\\" + string(r))
		case strings.ContainsRune("\b\f\n\r\t", r):
			b.WriteString(map[rune]string{'\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}[r])
		case r < 0x20 || r == 0x2028 || r == 0x2029:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// pairs is a CBOR map whose values are encoded already, in the order in which it is written.
type pairs []struct {
	key   string
	value []byte
}

func newStanza(v *vault) pairs {
	return pairs{
		{"root", bin(v.root.public())},
		{"salt", bin(v.salt)},
		{"guess", bin(made("guess"))},
		{"nonce", bin(made("nonce")[:16])},
		{"owner", bin(v.owner.public())},
		{"format", str("cloudseed/1")},
		{"realms", realms(3)},
		{"tenant", str("cloudseed")},
		{"guesses", num(10)},
		{"hashing", str("Standard2019")},
		{"recover", num(2)},
		{"register", num(3)},
		{"registration", num(1)},
	}
}

func (p pairs) encode() []byte {
	b := head(5, uint64(len(p)))
	for _, e := range p {
		b = append(append(b, str(e.key)...), e.value...)
	}
	return b
}

func (p pairs) at(key string) int {
	for i, e := range p {
		if e.key == key {
			return i
		}
	}
	panic("no key " + key)
}

func (p pairs) set(key string, value []byte) { p[p.at(key)].value = value }

func (p *pairs) remove(key string) { *p = slices.Delete(*p, p.at(key), p.at(key)+1) }

// head is the head of a CBOR item in its shortest form: major type and number.
func head(major byte, n uint64) []byte {
	switch {
	case n < 24:
		return []byte{major<<5 | byte(n)}
	case n < 1<<8:
		return []byte{major<<5 | 24, byte(n)}
	case n < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{major<<5 | 25}, uint16(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32([]byte{major<<5 | 26}, uint32(n))
	}
	return binary.BigEndian.AppendUint64([]byte{major<<5 | 27}, n)
}

func num(n uint64) []byte { return head(0, n) }

func bin(b []byte) []byte { return append(head(2, uint64(len(b))), b...) }

func str(s string) []byte { return append(head(3, uint64(len(s))), s...) }

func array(items ...[]byte) []byte {
	return append(head(4, uint64(len(items))), bytes.Join(items, nil)...)
}

// realm is one realm: id and address.
func realm(id int, address string) []byte {
	return array(bin(binary.BigEndian.AppendUint16(make([]byte, 0, 16), uint16(id))[:16:16]), str(address))
}

func realms(n int) []byte {
	var all [][]byte
	for i := range n {
		all = append(all, realm(i+1, fmt.Sprintf("https://%d.example/", i+1)))
	}
	return array(all...)
}
