package realm

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// The pages of a tenant's log lie in the realm's store beside the records, under ids that no
// token leads to: a token's tenant has no space in its name. A head says which pages there
// are. So every engine, sealing and several processes on one database work for them, too.
const (
	logFormat = 'L' // first byte of head and pages; records begin with recordVersion
	pageSize  = 100 // events of a page
	logPages  = 100 // pages of a tenant
)

// A head names the pages first to last, of which only the last gets events.
type head struct{ First, Last uint64 }

func headID(tenant string) RecordID { return NewRecordID("log head", tenant) }
func pageID(tenant string, page uint64) RecordID {
	return NewRecordID("log page", fmt.Sprintf("%s:%d", tenant, page))
}

// change is an update of a head or page of type T. Nothing stored is the zero T, and next
// returns false to leave what is stored.
func change[T any](ctx context.Context, store Store, id RecordID, next func(*T) (write bool)) (value T, err error) {
	err = store.Update(ctx, id, func(old []byte) ([]byte, error) {
		value = *new(T)
		if old != nil && (old[0] != logFormat || json.Unmarshal(old[1:], &value) != nil) {
			return nil, fmt.Errorf("%w: not of a tenant's log", ErrCorrupt)
		}
		if !next(&value) {
			return old, nil
		}
		text, err := json.Marshal(value)
		return append([]byte{logFormat}, text...), err
	})
	return value, err
}

func look[T any](*T) bool { return false }

// append stores events on the last page, and begins new pages as needed.
func (l *tenantLog) append(ctx context.Context, tenant string, events []event) (dropped int, err error) {
	for len(events) > 0 {
		now, err := change(ctx, l.store, headID(tenant), look[head])
		if err != nil {
			return dropped, err
		}
		took := 0
		_, err = change(ctx, l.store, pageID(tenant, now.Last), func(page *[]event) bool {
			took = min(pageSize-len(*page), len(events))
			*page = append(*page, events[:max(took, 0)]...)
			return took > 0
		})
		if err != nil {
			return dropped, err
		}
		if took <= 0 {
			n, err := l.turn(ctx, tenant, now)
			dropped += n
			if err != nil {
				return dropped, err
			}
			continue
		}
		// Somebody may have turned to the next page and taken this one away meanwhile.
		after, err := change(ctx, l.store, headID(tenant), look[head])
		if err != nil {
			return dropped, err
		}
		events = events[took:]
		if after.First > now.Last {
			stranded, err := l.remove(ctx, tenant, now.Last)
			if err != nil {
				return dropped, err
			}
			events = append(slices.Clone(events), stranded...)
		}
	}
	return dropped, nil
}

// turn begins the page after now.Last, and takes the oldest away if there are too many.
func (l *tenantLog) turn(ctx context.Context, tenant string, now head) (dropped int, err error) {
	full := false // of pages, seen by this turn: what a reader has retired is not ours to take away
	_, err = change(ctx, l.store, headID(tenant), func(h *head) bool {
		if full = false; *h != now {
			return false // somebody else has
		}
		h.Last++
		h.First = max(h.First, h.Last-min(h.Last, logPages-1))
		full = h.First != now.First
		return true
	})
	if err != nil || !full {
		return 0, err
	}
	gone, err := l.remove(ctx, tenant, now.First)
	return len(gone), err
}

// remove takes a page away and returns the events that were on it.
func (l *tenantLog) remove(ctx context.Context, tenant string, page uint64) (events []event, err error) {
	err = l.store.Update(ctx, pageID(tenant, page), func(old []byte) ([]byte, error) {
		events = nil
		if len(old) > 1 {
			return nil, json.Unmarshal(old[1:], &events)
		}
		return nil, nil
	})
	return events, err
}

// read returns the oldest events, at most n, with their acks. Pages from which everything
// was taken go.
func (l *tenantLog) read(ctx context.Context, tenant string, n int) (events []event, err error) {
	now, err := change(ctx, l.store, headID(tenant), look[head])
	if err != nil {
		return nil, err
	}
	for number := now.First; number <= now.Last && len(events) < n; number++ {
		page, err := change(ctx, l.store, pageID(tenant, number), look[[]event])
		if err != nil {
			return nil, err
		}
		if len(page) == 0 && number < now.Last && len(events) == 0 {
			if err := l.retire(ctx, tenant, number); err != nil {
				return nil, err
			}
		}
		for i := range page {
			page[i].Ack = ackOf(number, page[i].ID)
		}
		events = append(events, page[:min(len(page), n-len(events))]...)
	}
	return events, nil
}

// retire moves the head past an empty first page before it takes that page away: whoever
// appends looks at the head afterwards. What came onto the page in between is put on another.
func (l *tenantLog) retire(ctx context.Context, tenant string, number uint64) error {
	_, err := change(ctx, l.store, headID(tenant), func(h *head) bool {
		write := h.First == number && number < h.Last
		if write {
			h.First++
		}
		return write
	})
	if err != nil {
		return err
	}
	stranded, err := l.remove(ctx, tenant, number)
	if err == nil && len(stranded) > 0 {
		_, err = l.append(ctx, tenant, stranded)
	}
	return err
}

// acknowledge removes events. What is not there any more is no error.
func (l *tenantLog) acknowledge(ctx context.Context, tenant string, acks map[uint64][]string) error {
	for number, ids := range acks {
		_, err := change(ctx, l.store, pageID(tenant, number), func(page *[]event) bool {
			before := len(*page)
			*page = slices.DeleteFunc(*page, func(e event) bool { return slices.Contains(ids, e.ID) })
			return len(*page) < before
		})
		if err != nil {
			return err
		}
	}
	return nil
}
