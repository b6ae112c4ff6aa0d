package realm

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
)

func TestSweep(t *testing.T) {
	const keep = 30 * 24 * time.Hour
	old, recent := time.Now().Add(-keep-time.Hour).Unix(), time.Now().Add(-keep+time.Hour).Unix()
	record := func(history History, spent uint16) Record {
		return Record{State: Registered, Registration: registration(3), History: history, GuessCount: spent, LastGuess: old}
	}
	before := map[RecordID][]byte{
		{1}: record(History{RegisteredAt: old, Expires: true}, 0).Encode(),
		{2}: record(History{RegisteredAt: recent, Expires: true}, 0).Encode(),
		{3}: record(History{RegisteredAt: old, Expires: true, Proved: true}, 1).Encode(),
		{4}: record(History{RegisteredAt: old}, 0).Encode(), // a vendor's
		{5}: record(History{RegisteredAt: old, GuessesEver: 3}, 3).Encode(),
		{6}: []byte("junk"),
	}
	store := &Memory{}
	for id, data := range before {
		store.Update(t.Context(), id, func([]byte) ([]byte, error) { return data, nil })
	}
	r, err := New(Config{ID: thisRealm, Store: store, Rules: Rules{UnprovedFor: keep}})
	if err != nil {
		t.Fatal(err)
	}
	if _, known := r.Records(); known {
		t.Error("the number is known before anybody counted")
	}
	swept, err := r.Sweep(t.Context())
	if want := (Swept{Records: 4, Unproved: 1, Exhausted: 1, Corrupt: 1}); err != nil || swept != want {
		t.Errorf("got %+v, %v, want %+v", swept, err, want)
	}
	if n, known := r.Records(); n != 4 || !known {
		t.Errorf("%d records, known %v", n, known)
	}
	for id, was := range before {
		is := store.records[id]
		switch id[0] {
		case 1:
			if is != nil {
				t.Error("an unproved record is still there")
			}
		case 5:
			wiped, err := DecodeRecord(is)
			if err != nil || wiped.State != NoGuesses || wiped.History.GuessesEver != 3 {
				t.Errorf("used up: %v, %v", wiped, err)
			}
		default:
			if !bytes.Equal(is, was) {
				t.Errorf("record %d changed", id[0])
			}
		}
	}
	if again, err := r.Sweep(t.Context()); err != nil || again != (Swept{Records: 4, Corrupt: 1}) {
		t.Errorf("again: %+v, %v", again, err)
	}
}

// What the built-in tenant registers can expire, what a vendor's users register cannot.
func TestOnlyTheBuiltInTenantsRecordsExpire(t *testing.T) {
	for _, rules := range []Rules{DefaultRules, {}} {
		record, _, _ := Decide(Record{}, registration(3), now, rules)
		if record.History.Expires != (rules.UnprovedFor > 0) {
			t.Errorf("%+v: expires %v", rules, record.History.Expires)
		}
		if read, err := DecodeRecord(record.Encode()); err != nil || read != record {
			t.Errorf("read back %v, %v", read, err)
		}
	}
}

type noWalk struct{ Store }

func TestSweepNeedsAWalker(t *testing.T) {
	r, err := New(Config{ID: juicebox.RealmID{1}, Store: noWalk{&Memory{}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Sweep(context.Background()); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
}

// A closing store has records that its walk cannot open.
type closing struct{ *Memory }

func (c closing) Each(ctx context.Context, change func(RecordID) Change) error {
	return errors.Join(c.Memory.Each(ctx, change), &ClosedError{2, errors.New("do not open")})
}

// Records that do not open are told and do not keep the others from being counted.
func TestSweepCountsWhatDoesNotOpen(t *testing.T) {
	store := closing{new(Memory)}
	if err := store.Update(t.Context(), RecordID{1}, func([]byte) ([]byte, error) { return proved(1).Encode(), nil }); err != nil {
		t.Fatal(err)
	}
	r, err := New(Config{ID: thisRealm, Store: store})
	if err != nil {
		t.Fatal(err)
	}
	swept, err := r.Sweep(t.Context())
	if want := (Swept{Records: 1, Corrupt: 2}); err != nil || swept != want {
		t.Errorf("%+v, %v; want %+v", swept, err, want)
	}
	if n, known := r.Records(); !known || n != 1 {
		t.Errorf("%d records, known %v", n, known)
	}
}
