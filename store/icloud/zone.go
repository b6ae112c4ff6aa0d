package icloud

import (
	"context"

	"github.com/cloudseed/cloudseed/store"
)

// A zone is a Zone Dictionary, or the error about one.
type zone struct {
	ID zoneID `json:"zoneID"`
	failure
}

type zonesAnswer struct {
	Zones []zone `json:"zones"`
}

// lookupZone fails with ErrGone around a *MissingZone where there is no zone.
func (s *Store) lookupZone(ctx context.Context, op, name string) (zoneID, error) {
	var a zonesAnswer
	q := question{op: op, name: name, path: "zones/lookup", body: map[string]any{"zones": []zoneID{ourZone}}}
	if err := s.ask(ctx, q, &a); err != nil {
		return zoneID{}, err
	}
	return a.only(op, name)
}

// makeZone makes the zone. That another device was faster is as good.
func (s *Store) makeZone(ctx context.Context) error {
	var a zonesAnswer
	create := map[string]any{"operationType": "create", "zone": map[string]any{"zoneID": ourZone}}
	q := question{op: "open", path: "zones/modify", body: map[string]any{"operations": []any{create}}, write: true}
	err := s.ask(ctx, q, &a)
	if err == nil {
		_, err = a.only("open", "")
	}
	if c := code(err); c == "EXISTS" || c == "CONFLICT" {
		return nil
	}
	return err
}

// only returns the one zone that was asked for.
func (a *zonesAnswer) only(op, name string) (zoneID, error) {
	if len(a.Zones) != 1 {
		return zoneID{}, store.Errorf(op, name, store.ErrCorrupt, "CloudKit answers about %d zones, asked about one", len(a.Zones))
	}
	z := &a.Zones[0]
	if err := z.error(op, name, 200); err != nil {
		if z.Code == "NOT_FOUND" {
			return zoneID{}, &store.Error{Op: op, Name: name, Kind: store.ErrGone, Err: &MissingZone{Zone}}
		}
		return zoneID{}, err
	}
	if z.ID.Name != Zone {
		return zoneID{}, store.Errorf(op, name, store.ErrCorrupt, "CloudKit answers about another zone")
	}
	return z.ID, nil
}
