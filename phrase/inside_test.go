package phrase

import (
	"bytes"
	"testing"
)

func TestClearOverwrites(t *testing.T) {
	p, err := FromEntropy(bytes.Repeat([]byte{0x7f}, 16), English)
	if err != nil {
		t.Fatal(err)
	}
	entropy := p.entropy()
	p.Clear()
	if !bytes.Equal(entropy, make([]byte, 16)) {
		t.Errorf("Clear left %x", entropy)
	}
}

func TestSlips(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"able", "able", 0},
		{"able", "ablle", 1},
		{"able", "abe", 1},
		{"able", "axle", 1},
		{"able", "albe", 1}, // swapped neighbours count once
		{"able", "lbae", 2},
		{"winner", "yellow", 6},
	}
	for _, test := range tests {
		for _, pair := range [][2]string{{test.a, test.b}, {test.b, test.a}} {
			if got := slips([]rune(pair[0]), []rune(pair[1])); got != test.want {
				t.Errorf("%q and %q: %d, want %d", pair[0], pair[1], got, test.want)
			}
		}
	}
}
