package realm

import (
	"bytes"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"pgregory.net/rapid"
)

// A model says what Decide should do, from the list of what has happened instead of from
// counters. It is the record of one user at one realm, and the clock.
type model struct {
	now          time.Time
	registered   bool
	wiped        bool // the guesses were used up long enough ago
	version      juicebox.RegistrationVersion
	guesses      int
	registeredAt time.Time
	proved       bool
	all          []*tried // every guess since the record came to be
	row          []*tried // those since the registration or the last success

	record   Record // what Decide made
	versions byte   // made so far
}

type tried struct {
	at    time.Time
	right bool
}

var modelRules = Rules{Pacing: Pacing{0, time.Minute, time.Hour}, UnprovedFor: 30 * 24 * time.Hour}

// forget is a record that never was.
func (m *model) forget() {
	*m = model{now: m.now, record: m.record, versions: m.versions}
}

// settle is what time alone does.
func (m *model) settle() {
	switch {
	case m.registered && !m.proved && m.now.Sub(m.registeredAt) >= modelRules.UnprovedFor:
		m.forget()
	case m.registered && len(m.row) >= m.guesses && m.now.Sub(m.row[len(m.row)-1].at) >= ExhaustedFor:
		m.registered, m.wiped = false, true
	}
}

func (m *model) wait() time.Duration {
	if len(m.row) == 0 || len(m.row) > len(modelRules.Pacing) {
		return 0
	}
	full := modelRules.Pacing[len(m.row)-1]
	return min(max(m.row[len(m.row)-1].at.Add(full).Sub(m.now), 0), full)
}

// status is what Recover1 says, waiting aside.
func (m *model) status() juicebox.Status {
	switch {
	case m.wiped, m.registered && len(m.row) >= m.guesses:
		return juicebox.StatusNoGuesses
	case !m.registered:
		return juicebox.StatusNotRegistered
	}
	return juicebox.StatusOK
}

// ask sends a request to Decide; a refusal must leave the record as it was.
func (m *model) ask(t *rapid.T, request juicebox.Request, wantWait time.Duration) juicebox.Response {
	before := settle(m.record, m.now, modelRules).Encode()
	next, reply, wait := Decide(m.record, request, m.now, modelRules)
	if wait != wantWait || (reply == nil) != (wait > 0) {
		t.Fatalf("%T: reply %v, wait %v, want to wait %v", request, reply, wait, wantWait)
	}
	if wait > 0 && !bytes.Equal(next.Encode(), before) {
		t.Fatalf("%T: refused, but it changed the record", request)
	}
	m.record = next
	return reply
}

func (m *model) register(t *rapid.T) {
	if m.registered && rapid.IntRange(0, 4).Draw(t, "again") > 0 {
		t.Skip("mostly a record is left to live")
	}
	m.settle()
	m.versions++
	r := registration(uint16(rapid.IntRange(1, 5).Draw(t, "guesses")))
	r.Version = juicebox.RegistrationVersion{m.versions}
	m.ask(t, r, 0)
	m.registered, m.wiped, m.version, m.guesses = true, false, r.Version, int(r.NumGuesses)
	m.registeredAt, m.proved, m.row = m.now, false, nil
}

func (m *model) recover1(t *rapid.T) {
	m.settle()
	want, wait := m.status(), time.Duration(0)
	if want == juicebox.StatusOK {
		wait = m.wait()
	}
	if reply, ok := m.ask(t, juicebox.Recover1{}, wait).(juicebox.Recover1Response); ok && (reply.Status != want || want == juicebox.StatusOK && reply.Version != m.version) {
		t.Fatalf("Recover1: %+v, want %s", reply, want)
	}
}

// someVersion is the current one, mostly.
func (m *model) someVersion(t *rapid.T) juicebox.RegistrationVersion {
	if rapid.IntRange(0, 4).Draw(t, "stale") == 0 {
		return juicebox.RegistrationVersion{m.versions - 1}
	}
	return m.version
}

func (m *model) recover2(t *rapid.T) {
	m.settle()
	request := juicebox.Recover2{Version: m.someVersion(t)}
	want, wait := m.status(), time.Duration(0)
	if m.registered && request.Version != m.version {
		want = juicebox.StatusVersionMismatch
	}
	if want == juicebox.StatusOK {
		wait = m.wait()
	}
	reply, answered := m.ask(t, request, wait).(juicebox.Recover2Response)
	if answered && reply.Status != want {
		t.Fatalf("Recover2: %s, want %s", reply.Status, want)
	}
	if answered && want == juicebox.StatusOK {
		guess := &tried{at: m.now}
		m.all, m.row = append(m.all, guess), append(m.row, guess)
		if int(reply.GuessCount) != len(m.row) || len(m.row) > m.guesses {
			t.Fatalf("guess %d of %d is answered as number %d", len(m.row), m.guesses, reply.GuessCount)
		}
	}
}

func (m *model) recover3(t *rapid.T) {
	m.settle()
	request := juicebox.Recover3{Version: m.someVersion(t), UnlockKeyTag: tag}
	right := rapid.Bool().Draw(t, "right tag")
	if !right {
		request.UnlockKeyTag = wrongTag
	}
	want := juicebox.StatusOK
	switch {
	case m.wiped:
		want = juicebox.StatusNoGuesses
	case !m.registered:
		want = juicebox.StatusNotRegistered
	case request.Version != m.version:
		want = juicebox.StatusVersionMismatch
	case !right:
		want = juicebox.StatusBadUnlockKeyTag
	}
	reply := m.ask(t, request, 0).(juicebox.Recover3Response)
	if reply.Status != want || want == juicebox.StatusBadUnlockKeyTag && int(reply.GuessesRemaining) != m.guesses-len(m.row) {
		t.Fatalf("Recover3: %+v, want %s", reply, want)
	}
	if released := reply.EncryptedSecret != (juicebox.EncryptedSecret{}); released != (want == juicebox.StatusOK) {
		t.Fatalf("Recover3: %s, released: %v", want, released)
	}
	if want == juicebox.StatusOK {
		if len(m.row) > 0 {
			m.row[len(m.row)-1].right = true
		}
		m.row, m.proved = nil, true
	}
}

// look compares all that the owner sees. Looking changes nothing.
func (m *model) look(t *rapid.T) {
	before := *m
	defer func() { *m = before }()
	m.settle()
	v := View(m.record, m.now, modelRules)
	if v.State != m.status() || int(v.GuessesEver) != len(m.all) || v.Proved != m.proved {
		t.Fatalf("view %+v, want %s, %d ever, proved: %v", v, m.status(), len(m.all), m.proved)
	}
	if m.registered && (int(v.GuessesUsed) != len(m.row) || int(v.GuessesLeft) != m.guesses-len(m.row)) {
		t.Fatalf("view %+v, want %d used of %d", v, len(m.row), m.guesses)
	}
	var last time.Time
	for _, guess := range m.all {
		if !guess.right {
			last = guess.at
		}
	}
	if !v.LastWrong.Equal(last) {
		t.Fatalf("last wrong guess at %v, want %v", v.LastWrong, last)
	}
}

// Decide does what the model does, whatever is asked in whatever order, with waits, restarts
// and a clock that may be set back.
func TestDecideAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{now: now}
		t.Repeat(map[string]func(*rapid.T){
			"register1": func(t *rapid.T) { m.settle(); m.ask(t, juicebox.Register1{}, 0) },
			"register2": m.register,
			"recover1":  m.recover1,
			"recover2":  m.recover2,
			"guess":     m.recover2, // more often than the rest
			"recover3":  m.recover3,
			"delete": func(t *rapid.T) {
				if rapid.IntRange(0, 4).Draw(t, "really") > 0 {
					t.Skip("mostly a record is left to live")
				}
				m.ask(t, juicebox.Delete{}, 0)
				m.forget()
			},
			"wait": func(t *rapid.T) {
				m.now = m.now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, 59 * time.Second, time.Minute, ExhaustedFor,
					time.Hour, time.Hour, 30 * 24 * time.Hour, -time.Minute, -2 * time.Hour}).Draw(t, "wait"))
			},
			"restart": func(t *rapid.T) {
				again, err := DecodeRecord(m.record.Encode())
				if err != nil {
					t.Fatal(err)
				}
				m.record = again
			},
			"": m.look,
		})
	})
}
