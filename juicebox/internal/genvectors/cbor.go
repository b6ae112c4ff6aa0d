package main

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Pairs are a CBOR map in the order in which it is written. A value is []byte, string, int,
// pairs, or raw, which is encoded already.
type (
	pair struct {
		key   string
		value any
	}
	pairs []pair
	raw   []byte
)

func encode(v any) []byte {
	switch v := v.(type) {
	case raw:
		return v
	case []byte:
		return append(head(2, len(v)), v...)
	case string:
		return append(head(3, len(v)), v...)
	case int:
		return head(0, v)
	case pairs:
		b := head(5, len(v))
		for _, p := range v {
			b = append(append(b, encode(p.key)...), encode(p.value)...)
		}
		return b
	}
	panic("not a value of CBOR here")
}

// head is the head of an item in its shortest form: major type and number.
func head(major byte, n int) []byte {
	switch {
	case n < 24:
		return []byte{major<<5 | byte(n)}
	case n < 1<<8:
		return []byte{major<<5 | 24, byte(n)}
	case n < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{major<<5 | 25}, uint16(n))
	}
	return binary.BigEndian.AppendUint32([]byte{major<<5 | 26}, uint32(n))
}

// longHead is the head in a longer form than needed.
func longHead(major byte, n int) []byte {
	return binary.BigEndian.AppendUint32([]byte{major<<5 | 26}, uint32(n))
}

// at finds an entry by the keys on the way to it.
func (p pairs) at(path ...string) *pair {
	for i := range p {
		if p[i].key == path[0] {
			if len(path) == 1 {
				return &p[i]
			}
			return p[i].value.(pairs).at(path[1:]...)
		}
	}
	panic("no key " + path[0])
}

func (p pairs) set(value any, path ...string) { p.at(path...).value = value }

// without is p without one entry.
func (p pairs) without(path ...string) pairs {
	c := p.clone()
	if len(path) > 1 {
		c.set(c.at(path[0]).value.(pairs).without(path[1:]...), path[0])
		return c
	}
	return slices.DeleteFunc(c, func(e pair) bool { return e.key == path[0] })
}

// with is p with one entry changed.
func (p pairs) with(value any, path ...string) pairs {
	c := p.clone()
	c.set(value, path...)
	return c
}

func (p pairs) clone() pairs {
	c := slices.Clone(p)
	for i := range c {
		if inner, ok := c[i].value.(pairs); ok {
			c[i].value = inner.clone()
		}
	}
	return c
}

// paths lists the way to every entry that is not a map itself.
func (p pairs) paths() (all [][]string) {
	for _, e := range p {
		inner, ok := e.value.(pairs)
		if !ok {
			all = append(all, []string{e.key})
			continue
		}
		for _, path := range inner.paths() {
			all = append(all, append([]string{e.key}, path...))
		}
	}
	return all
}

// message is a request with fields, or an answer if it has a status.
func message(name string, fields pairs) []byte { return encode(pairs{{name, fields}}) }

func answer(name, status string, fields pairs) []byte {
	if fields == nil {
		return encode(pairs{{name, status}})
	}
	return encode(pairs{{name, pairs{{status, fields}}}})
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
