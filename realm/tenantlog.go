package realm

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
)

// maxQueued bounds the events that wait in memory for the store, of all tenants.
const maxQueued = 10000

// An event tells a vendor what happened to one of its users, as in Juicebox.
type event struct {
	ID         string    `json:"id"`  // random; the same if the event is delivered twice
	Ack        string    `json:"ack"` // to give back when it was taken
	When       time.Time `json:"when"`
	User       string    `json:"user_id"` // hexadecimal SHA-256 of tenant, colon and user
	Event      string    `json:"event"`   // registered, guess_used, share_recovered or deleted
	NumGuesses *uint16   `json:"num_guesses,omitempty"`
	GuessCount *uint16   `json:"guess_count,omitempty"`
}

// newEvent is what an answered request means to the vendor; nil for nothing.
func newEvent(caller Caller, reply juicebox.Response, record *Record, now time.Time) *event {
	e := &event{When: now.UTC(), User: userHash(caller)}
	switch reply := reply.(type) {
	case juicebox.Register2Response:
		e.Event, e.NumGuesses = "registered", &record.Registration.NumGuesses
	case juicebox.Recover2Response:
		e.Event, e.NumGuesses, e.GuessCount = "guess_used", &reply.NumGuesses, &reply.GuessCount
	case juicebox.Recover3Response:
		e.Event = "share_recovered"
	case juicebox.DeleteResponse:
		e.Event = "deleted"
	default:
		return nil
	}
	if status := answerOf(reply); status != "" && status != juicebox.StatusOK {
		return nil
	}
	return e
}

func userHash(caller Caller) string {
	sum := sha256.Sum256([]byte(caller.Tenant + ":" + caller.User))
	return hex.EncodeToString(sum[:])
}

// A tenantLog keeps events until the vendor takes them: at first in memory, and from the
// next flush on in the realm's store, sealed as the records are. A process that dies loses
// what it has not flushed. At most logPages full pages are kept for a tenant; then the
// oldest go.
type tenantLog struct {
	store Store

	mu     sync.Mutex
	queued map[string][]event // by tenant
	length int
	lost   int // since the last flush, because the queue was full
}

func (l *tenantLog) add(tenant string, e *event) {
	if e == nil {
		return
	}
	var id [16]byte
	rand.Read(id[:])
	e.ID = hex.EncodeToString(id[:])
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.length >= maxQueued {
		l.lost++
		return
	}
	if l.queued == nil {
		l.queued = make(map[string][]event)
	}
	l.queued[tenant] = append(l.queued[tenant], *e)
	l.length++
}

func (l *tenantLog) take() (queued map[string][]event, lost int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	queued, lost = l.queued, l.lost
	l.queued, l.length, l.lost = nil, 0, 0
	return queued, lost
}

// FlushTenantLog stores the events that wait in memory: call it every second or so, and
// before the process ends. Those that the store did not take stay, and may be delivered
// twice. lost is how many went: because memory was full, or the oldest in a full log.
func (r *Realm) FlushTenantLog(ctx context.Context) (lost int, err error) {
	queued, lost := r.log.take()
	var errs []error
	for tenant, events := range queued {
		dropped, err := r.log.append(ctx, tenant, events)
		lost += dropped
		if err != nil {
			errs = append(errs, err)
			for i := range events {
				r.log.restore(tenant, events[i])
			}
		}
	}
	return lost, errors.Join(errs...)
}

func (l *tenantLog) restore(tenant string, e event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.length >= maxQueued {
		l.lost++
		return
	}
	if l.queued == nil {
		l.queued = make(map[string][]event)
	}
	l.queued[tenant] = append(l.queued[tenant], e)
	l.length++
}

// An ack names page and event.
func ackOf(page uint64, id string) string { return fmt.Sprintf("%d.%s", page, id) }

func parseAck(ack string) (page uint64, id string, err error) {
	number, id, _ := strings.Cut(ack, ".")
	if page, err = strconv.ParseUint(number, 10, 64); err != nil || len(id) != 32 {
		return 0, "", errors.New("not an ack of this realm")
	}
	return page, id, nil
}
