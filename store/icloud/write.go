package icloud

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/cloudseed/cloudseed/store"
)

// Create makes the record of name. Of several writers of one name exactly one succeeds.
//
// Where an answer got lost, Create looks for a record with its own mark before it says
// anything. If even that fails, the error says why, and whether data is stored is not known.
func (s *Store) Create(ctx context.Context, name string, data []byte) error {
	if err := store.CheckCreate(name, data); err != nil {
		return err
	}
	r, err := s.newRecord(ctx, name, data)
	if err != nil {
		return err
	}
	_, err = s.modify(ctx, "create", name, "create", r)
	switch c := code(err); {
	case err == nil:
		return nil
	case c == "EXISTS" || c == "CONFLICT": // seen for a name that is taken; the reference names the first
		return store.Errorf("create", name, store.ErrExists, "in iCloud: %w", err)
	case c == "NOT_FOUND": // nothing else that is created could be missing
		return store.Errorf("create", name, store.ErrGone, "%w", err)
	case open(err):
		return s.settle(ctx, name, r, err)
	}
	return err
}

// open tells whether after err it is open what became of a write.
func open(err error) bool {
	switch code(err) {
	case "THROTTLED":
		return false
	case "", "INTERNAL_ERROR", "TRY_AGAIN_LATER":
		var e *store.Error
		return errors.As(err, &e) && (e.Kind == store.ErrOffline || e.Kind == store.ErrCorrupt || e.Kind == store.ErrBusy || e.Kind == store.ErrRefused)
	}
	return false
}

// settle looks whether r was made although the answer did not say so.
func (s *Store) settle(ctx context.Context, name string, r *record, lost error) error {
	if ctx.Err() != nil {
		return lost
	}
	found, err := s.lookup(ctx, "create", name, "writer")
	switch {
	case errors.Is(err, store.ErrNotFound):
		return lost
	case err != nil:
		return err
	case found.Fields != nil && found.Fields.Writer != nil && found.Fields.Writer.Value == r.Fields.Writer.Value:
		return nil
	}
	return store.Errorf("create", name, store.ErrExists, "in iCloud")
}

// newRecord returns the record of a file, its asset uploaded if it needs one.
func (s *Store) newRecord(ctx context.Context, name string, data []byte) (*record, error) {
	sum := sha256.Sum256(data)
	f := &fields{
		Name:   &value[string]{Value: name},
		Size:   &value[int64]{Value: int64(len(data))},
		SHA256: &value[string]{Value: hex.EncodeToString(sum[:])},
		Writer: &value[string]{Value: rand.Text()},
	}
	if len(data) > maxInline {
		asset, err := s.upload(ctx, name, data)
		if err != nil {
			return nil, err
		}
		f.Asset = &value[rawJSON]{Value: asset}
	} else if len(data) > 0 {
		f.Content = &value[[]byte]{Value: data, Type: "BYTES"}
	}
	return &record{RecordName: recordName(name), RecordType: recordType, Fields: f}, nil
}

// modify does one operation on one record. It is atomic: nothing of it is done if it fails.
func (s *Store) modify(ctx context.Context, op, name, operation string, r *record) (*record, error) {
	body := map[string]any{
		"zoneID": ourZone, "atomic": true, "desiredKeys": []string{},
		"operations": []any{map[string]any{"operationType": operation, "record": r}},
	}
	var a recordsAnswer
	if err := s.ask(ctx, question{op: op, name: name, path: "records/modify", body: body, write: true}, &a); err != nil {
		return nil, err
	}
	return a.only(op, name)
}

// Delete removes name, if it is there. It looks first, for the record's change tag: what
// another device stores there in between stays.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := store.CheckName(name); err != nil {
		return err
	}
	var err error
	for range 2 {
		var r *record
		r, err = s.lookup(ctx, "delete", name, "size")
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = s.modify(ctx, "delete", name, "delete", &record{RecordName: r.RecordName, ChangeTag: r.ChangeTag})
		switch code(err) {
		case "NOT_FOUND": // somebody else was faster
			return nil
		case "CONFLICT", "ATOMIC_ERROR", "INTERNAL_ERROR", "TRY_AGAIN_LATER":
			continue // it is another record by now, or perhaps gone
		}
		return err
	}
	return err
}
