package cloudkit

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

func base36(n int) string { return strconv.FormatInt(int64(n)+1e6, 36) }

// random returns n random bytes in hexadecimal.
func random(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// A refusal is the error dictionary of CloudKit, about a request, a zone or a record.
type refusal struct {
	RecordName string  `json:"recordName,omitempty"`
	ZoneID     *zoneID `json:"zoneID,omitempty"`
	UUID       string  `json:"uuid"`
	Code       string  `json:"serverErrorCode"`
	Reason     string  `json:"reason"`
	Redirect   string  `json:"redirectURL,omitempty"`
	RetryAfter int     `json:"retryAfter,omitempty"`
}

// statuses are those of "Error Codes" in the reference.
var statuses = map[string]int{
	"ACCESS_DENIED": 403, "ATOMIC_ERROR": 400, "AUTHENTICATION_FAILED": 401, "AUTHENTICATION_REQUIRED": 421,
	"BAD_REQUEST": 400, "CONFLICT": 409, "EXISTS": 409, "INTERNAL_ERROR": 500, "NOT_FOUND": 404, "QUOTA_EXCEEDED": 413,
	"THROTTLED": 429, "TRY_AGAIN_LATER": 503, "VALIDATING_REFERENCE_ERROR": 412, "ZONE_NOT_FOUND": 404,
}

// Status is the HTTP status that the fake answers with for a serverErrorCode.
func Status(code string) int { return statuses[code] }

func refuse(code, reason string) *refusal {
	return &refusal{UUID: random(16), Code: code, Reason: reason}
}

func (r *refusal) send(w http.ResponseWriter) {
	sendJSON(w, statuses[r.Code], r)
}

func sendJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// serve answers the web services: who asks, then what.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	base := "/database/1/" + s.container.ID + "/" + s.container.Environment + "/"
	path, ok := strings.CutPrefix(r.URL.Path, base)
	if !ok {
		refuse("BAD_REQUEST", "no such container, environment or version").send(w)
		return
	}
	op, private := strings.CutPrefix(path, "private/")
	if !private {
		refuse("ACCESS_DENIED", "this fake has private databases only").send(w)
		return
	}
	session, refused := s.admit(w, r)
	if refused != nil {
		refused.send(w)
		return
	}
	defer s.done(session)
	time.Sleep(s.Thinking)
	body, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil || r.Method != "POST" {
		refuse("BAD_REQUEST", "POST a dictionary").send(w)
		return
	}
	s.mu.Lock()
	answer, refused := s.call(session.user, op, body)
	s.mu.Unlock()
	if refused != nil {
		refused.send(w)
		return
	}
	sendJSON(w, http.StatusOK, answer)
}

// call answers a request of a user. s.mu is held.
func (s *Server) call(u *user, op string, body []byte) (any, *refusal) {
	call := map[string]func(*user, *request) (any, *refusal){
		"zones/lookup": s.zonesLookup, "zones/modify": s.zonesModify, "assets/upload": s.assetsUpload,
		"records/lookup": s.recordsLookup, "records/changes": s.recordsChanges, "records/modify": s.recordsModify,
	}[op]
	if call == nil {
		return nil, refuse("BAD_REQUEST", "this fake does not offer "+op)
	}
	q := &request{}
	if err := json.Unmarshal(body, q); err != nil {
		return nil, refuse("BAD_REQUEST", "the body is not such a dictionary: "+err.Error())
	}
	return call(u, q)
}

// admit checks the tokens and sends the next web token.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (*session, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse("BAD_REQUEST", "the query cannot be read")
	}
	if query.Get("ckAPIToken") != s.container.APIToken && !s.off[APITokenKnown] {
		return nil, refuse("AUTHENTICATION_FAILED", "no auth method found")
	}
	raw := tokenInQuery(r.URL.RawQuery)
	if strings.ContainsAny(raw, "+/=") && !s.off[TokenEscaped] {
		return nil, refuse("BAD_REQUEST", "ckWebAuthToken is not encoded")
	}
	token, _ := url.PathUnescape(raw)
	session := s.sessions[token]
	if session == nil || session.token != token && !s.off[TokenOnce] ||
		s.cloud.Now().After(session.ends) && !s.off[TokenExpires] || session.busy && !s.off[TokenTurns] {
		return nil, s.signInFirst()
	}
	session.busy = true
	w.Header().Set("X-Apple-CloudKit-Web-Auth-Token", s.renew(session))
	return session, nil
}

func (s *Server) done(session *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session.busy = false
}

// tokenInQuery is the web token as it came.
func tokenInQuery(rawQuery string) string {
	for _, pair := range strings.Split(rawQuery, "&") {
		if value, ok := strings.CutPrefix(pair, "ckWebAuthToken="); ok {
			return value
		}
	}
	return ""
}

func (s *Server) signInFirst() *refusal {
	r := refuse("AUTHENTICATION_REQUIRED", "request needs authorization")
	r.Redirect = "https://" + SignHost + "/IDMSWebAuth/auth?oauth_token=" + random(8)
	return r
}
