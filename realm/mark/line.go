package mark

import (
	"bytes"
	"fmt"
	"hash/crc32"

	"github.com/cloudseed/cloudseed/juicebox"
)

// A mark is two lines of text, each padded with spaces to a sector of the disk, so that
// one of them is always whole. The newer one counts.
const lineSize = 512

type line struct {
	realm  juicebox.RealmID
	number uint64 // of lines ever written, to tell the newer from the older
	writes uint64 // that the database has counted
	limit  uint64 // that it may have counted before the next sync
}

const lineFormat = "cloudseed mark 1 realm %s number %d writes %d limit %d sum "

// warning is for whoever looks at the file.
const warning = "; never put a copy of this file back: it would not know of the last guesses"

func (l line) encode() []byte {
	text := fmt.Appendf(make([]byte, 0, lineSize), lineFormat, l.realm, l.number, l.writes, l.limit)
	text = fmt.Appendf(text, "%08x", crc32.ChecksumIEEE(text))
	text = append(text, warning...)
	text = append(text, bytes.Repeat([]byte{' '}, lineSize-1-len(text))...)
	return append(text, '\n')
}

// decodeLine reads what encode wrote and nothing else.
func decodeLine(text []byte) (l line, ok bool) {
	var id string
	if _, err := fmt.Sscanf(string(text), lineFormat, &id, &l.number, &l.writes, &l.limit); err != nil {
		return l, false
	}
	realm, err := juicebox.ParseRealmID(id)
	l.realm = realm
	return l, err == nil && bytes.Equal(l.encode(), text)
}
