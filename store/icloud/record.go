package icloud

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// recordType is that of a file. Its fields have to be in the container's schema:
// docs/providers/icloud.md says how.
const recordType = "File"

// maxInline is the most bytes that go into a record itself. A record may have 1 MB without
// its assets ("Data Size Limits" in the CloudKit Web Services Reference), and base64 makes
// 699,052 of these.
const maxInline = 512 << 10

// A zoneID is a Zone ID Dictionary.
type zoneID struct {
	Name  string `json:"zoneName"`
	Owner string `json:"ownerRecordName,omitempty"` // in answers
}

var ourZone = zoneID{Name: Zone}

// A value is a Record Field Dictionary. Its type is told where CloudKit could take it for
// another: base64 looks like text.
type value[T any] struct {
	Value T      `json:"value"`
	Type  string `json:"type,omitempty"`
}

// fields are those of a file. Of Content and Asset there is at most one; an empty file has
// neither.
type fields struct {
	Name    *value[string]  `json:"name,omitempty"` // for people who look at the database
	Size    *value[int64]   `json:"size,omitempty"`
	SHA256  *value[string]  `json:"sha256,omitempty"` // hex; CloudKit's own checksum is none of the bytes
	Writer  *value[string]  `json:"writer,omitempty"` // random: whose Create made it
	Content *value[[]byte]  `json:"content,omitempty"`
	Asset   *value[rawJSON] `json:"asset,omitempty"`
}

// A record is a Record Dictionary, or in an answer the error about one.
type record struct {
	RecordName string  `json:"recordName"`
	RecordType string  `json:"recordType,omitempty"`
	ChangeTag  string  `json:"recordChangeTag,omitempty"`
	Fields     *fields `json:"fields,omitempty"`

	// Only in answers.
	Created *struct {
		Timestamp float64 `json:"timestamp"` // milliseconds since 1970
	} `json:"created,omitempty"`
	Deleted bool     `json:"deleted,omitempty"`
	Failure *failure `json:"-"`
}

// UnmarshalJSON reads either a record or the error about it.
func (r *record) UnmarshalJSON(data []byte) error {
	type plain record
	if err := json.Unmarshal(data, (*plain)(r)); err != nil {
		return err
	}
	var f failure
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	if f.Code != "" {
		r.Failure = &f
	}
	return nil
}

// error returns what CloudKit said against the record, in an answer with status 200.
func (r *record) error(op, name string) error {
	if r.Failure == nil {
		return nil
	}
	return r.Failure.error(op, name, 200)
}

// entry describes a file in a listing.
func (r *record) entry(name string) store.Entry {
	e := store.Entry{Name: name}
	if r.Fields != nil && r.Fields.Size != nil {
		e.Size = r.Fields.Size.Value
	}
	if r.Created != nil {
		e.Modified = time.UnixMilli(int64(r.Created.Timestamp))
	}
	return e
}

// recordPrefix begins every record name, as a name must not begin with "_" and may be
// taken where it begins with something of Apple's.
const recordPrefix = "file-"

// recordName makes a record name of a file name. A record name is ASCII of at most 255
// characters (CKRecord.ID); which others than letters and digits CloudKit takes everywhere
// is not said, nor whether case counts, so it is the hexadecimal form: 5 + 2·120 characters.
func recordName(name string) string { return recordPrefix + hex.EncodeToString([]byte(name)) }

// fileName is the way back. It tells false for records that no file has.
func fileName(recordName string) (string, bool) {
	encoded, ok := strings.CutPrefix(recordName, recordPrefix)
	if !ok || strings.ToLower(encoded) != encoded {
		return "", false
	}
	name, err := hex.DecodeString(encoded)
	return string(name), err == nil && store.CheckName(string(name)) == nil
}
