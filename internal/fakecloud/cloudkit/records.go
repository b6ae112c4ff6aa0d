package cloudkit

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	mostPerRequest = 200     // operations, and records in an answer
	mostInRecord   = 1000000 // bytes, as they are sent, without assets
)

// A field is a Record Field Dictionary.
type field struct {
	Value json.RawMessage `json:"value"`
	Type  string          `json:"type,omitempty"`
	asset []byte
}

// A sentRecord is a Record Dictionary as a client sends it.
type sentRecord struct {
	Name   string           `json:"recordName"`
	Type   string           `json:"recordType"`
	Tag    string           `json:"recordChangeTag"`
	Fields map[string]field `json:"fields"`
}

func (s *Server) recordsLookup(u *user, q *request) (any, *refusal) {
	z, refused := s.zone(u, q.ZoneID)
	if refused != nil {
		return nil, refused
	}
	if len(q.Records) > mostPerRequest {
		return nil, refuse("BAD_REQUEST", "too many records")
	}
	answers := []any{}
	for _, sent := range q.Records {
		r := z.records[sent.Name]
		if r == nil || r.deleted {
			answers = append(answers, about(sent.Name, refuse("NOT_FOUND", "Record not found")))
			continue
		}
		answers = append(answers, s.show(u, r, q.DesiredKeys))
	}
	return map[string]any{"records": answers}, nil
}

// recordsChanges tells the history of a zone, each record once, at its last change.
func (s *Server) recordsChanges(u *user, q *request) (any, *refusal) {
	z, refused := s.zone(u, q.ZoneID)
	if refused != nil {
		return nil, refused
	}
	from := 0
	if q.SyncToken != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(q.SyncToken, "sync="))
		if err != nil || n < 0 || n > len(z.history) {
			return nil, refuse("BAD_REQUEST", "unknown sync token")
		}
		from = n
	}
	page := s.Page
	if q.Limit > 0 {
		page = min(page, q.Limit)
	}
	answers, at := []any{}, from
	for ; at < len(z.history) && (len(answers) < page || s.off[Paged]); at++ {
		r := z.records[z.history[at]]
		switch {
		case slices.Contains(z.history[at+1:], r.name): // it is told later
		case r.deleted && s.off[DeletionsTold]:
		case r.deleted:
			answers = append(answers, map[string]any{"recordName": r.name, "deleted": true})
		default:
			answers = append(answers, s.show(u, r, q.DesiredKeys))
		}
	}
	return map[string]any{"records": answers, "syncToken": fmt.Sprint("sync=", at), "moreComing": at < len(z.history)}, nil
}

func about(name string, r *refusal) *refusal {
	r.RecordName = name
	return r
}

// show returns a Record Dictionary.
func (s *Server) show(u *user, r *record, desired []string) any {
	fields := map[string]any{}
	for key, f := range r.fields {
		if desired != nil && !slices.Contains(desired, key) {
			continue
		}
		f.Type = s.container.Schema[r.kind][key]
		if f.asset != nil {
			f.Value = s.assetDictionary(f.asset)
		}
		fields[key] = f
	}
	when := map[string]any{"timestamp": r.created.UnixMilli(), "userRecordName": u.id, "deviceID": "2"}
	return map[string]any{
		"recordName": r.name, "recordType": r.kind, "recordChangeTag": r.tag, "fields": fields,
		"created": when, "modified": when, "deleted": false, "pluginFields": map[string]any{},
	}
}

// recordsModify does operations in their order.
func (s *Server) recordsModify(u *user, q *request) (any, *refusal) {
	z, refused := s.zone(u, q.ZoneID)
	if refused != nil {
		return nil, refused
	}
	if len(q.Operations) == 0 || len(q.Operations) > mostPerRequest {
		return nil, refuse("BAD_REQUEST", "1 to 200 operations")
	}
	errs, failed, seen := make([]*refusal, len(q.Operations)), false, map[string]bool{}
	for i, o := range q.Operations {
		if seen[o.Record.Name] {
			errs[i] = refuse("BAD_REQUEST", "one operation per record")
		} else {
			errs[i] = s.check(u, z, q.ZoneID, o)
		}
		seen[o.Record.Name], failed = true, failed || errs[i] != nil
	}
	atomic := (q.Atomic == nil || *q.Atomic) && !s.off[BatchAtomic]
	answers := []any{}
	for i, o := range q.Operations {
		switch {
		case errs[i] != nil:
			answers = append(answers, about(o.Record.Name, errs[i]))
		case failed && atomic:
			answers = append(answers, about(o.Record.Name, refuse("ATOMIC_ERROR", "another operation of the batch failed")))
		default:
			answers = append(answers, s.apply(u, z, o, q.DesiredKeys))
		}
	}
	return map[string]any{"records": answers}, nil
}

// check says why an operation cannot be done.
func (s *Server) check(u *user, z *zone, id zoneID, o operation) *refusal {
	old := z.records[o.Record.Name]
	there := old != nil && !old.deleted
	switch o.Type {
	case "create":
		if !s.off[NameAllowed] && !allowedName(o.Record.Name) {
			return refuse("BAD_REQUEST", "invalid recordName")
		}
		if there && !s.off[CreateExclusive] {
			return refuse(s.Taken, "record to insert already exists")
		}
		return s.checkFields(u, id, o.Record)
	case "delete":
		if !there {
			return refuse("NOT_FOUND", "Record not found")
		}
		if o.Record.Tag != old.tag && !s.off[TagChecked] {
			return refuse("CONFLICT", "client oplock error updating record")
		}
		return nil
	}
	return refuse("BAD_REQUEST", "this fake does not offer "+o.Type)
}

func allowedName(name string) bool {
	for _, c := range []byte(name) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(name) > 0 && len(name) <= 255 && name[0] != '_'
}

// checkFields holds a record against the schema, the sizes and the quota.
func (s *Server) checkFields(u *user, id zoneID, r sentRecord) *refusal {
	schema, known := s.container.Schema[r.Type]
	if !known && !s.off[SchemaKept] {
		return refuse("BAD_REQUEST", "Cannot create new type "+r.Type+" in production schema")
	}
	inline, all := 0, 0
	for key, f := range r.Fields {
		kind, known := schema[key]
		if !known && !s.off[SchemaKept] {
			return refuse("BAD_REQUEST", "Cannot create or modify field '"+key+"' in record '"+r.Type+"' in production schema")
		}
		if kind == "ASSETID" {
			data, refused := s.received(id, r, key, f.Value)
			if refused != nil {
				return refused
			}
			all += len(data)
			continue
		}
		if !fits(kind, f) && !s.off[SchemaKept] {
			return refuse("BAD_REQUEST", "Invalid value, expected type "+kind)
		}
		inline += len(f.Value)
	}
	if inline > mostInRecord && !s.off[RecordSmall] {
		return refuse("BAD_REQUEST", "record too large")
	}
	if u.used()+inline+all > u.quota && !s.off[QuotaChecked] {
		return refuse("QUOTA_EXCEEDED", "Quota exceeded")
	}
	return nil
}

// fits tells whether a value is of a type of the schema.
func fits(kind string, f field) bool {
	if f.Type != "" && f.Type != kind {
		return false
	}
	var text string
	var number int64
	switch kind {
	case "STRING":
		return json.Unmarshal(f.Value, &text) == nil && f.Type != "BYTES"
	case "INT64":
		return json.Unmarshal(f.Value, &number) == nil
	case "BYTES":
		_, err := base64.StdEncoding.DecodeString(strings.Trim(string(f.Value), `"`))
		return json.Unmarshal(f.Value, &text) == nil && err == nil
	}
	return false
}

// apply does a checked operation and returns what is said about it.
func (s *Server) apply(u *user, z *zone, o operation, desired []string) any {
	if o.Type == "delete" {
		s.store(z, &record{name: o.Record.Name, deleted: true})
		return map[string]any{"recordName": o.Record.Name, "deleted": true}
	}
	r := &record{name: o.Record.Name, kind: o.Record.Type, fields: map[string]field{}}
	for key, f := range o.Record.Fields {
		if s.container.Schema[r.kind][key] == "ASSETID" {
			f.asset = s.take(f.Value)
		}
		r.size += len(f.Value) + len(f.asset)
		r.fields[key] = f
	}
	s.store(z, r)
	return s.show(u, r, desired)
}

// planted makes a field of a Go value.
func planted(v any) field {
	if a, ok := v.(Asset); ok {
		return field{asset: a}
	}
	value, _ := json.Marshal(v)
	return field{Value: value}
}
