package realm

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
)

const (
	maxAudit  = 32 << 10 // bytes of a request for the log
	maxEvents = 200      // of an answer
)

// A logRequest is the body of POST /tenant_log, and without page_size of
// POST /tenant_log/ack.
type logRequest struct {
	Acks     []string `json:"acks"`
	PageSize *int     `json:"page_size"`
}

// serveLog gives a vendor the events of its users: the oldest that it has not acknowledged,
// at most page_size. Those that it acknowledges go first. Events come again until they are
// acknowledged.
func (r *Realm) serveLog(w http.ResponseWriter, q *http.Request) {
	o, started := Observation{Request: "TenantLog", Status: http.StatusOK}, time.Now()
	answer, refused := r.tenantLog(w, q, &o)
	if refused != nil {
		refused.send(w)
	} else {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(answer)
	}
	o.Took = time.Since(started)
	r.observed(o, refused)
}

func (r *Realm) tenantLog(w http.ResponseWriter, q *http.Request, o *Observation) (any, *refusal) {
	from := address(q, r.config.Limits.Proxies)
	if refused := r.limiter.request(&r.config.Limits, from, time.Now()); refused != nil {
		return nil, refused
	}
	caller, err := r.caller(q)
	if err != nil {
		return nil, refuseWith(http.StatusUnauthorized, WhyToken, err.Error())
	}
	o.Tenant = caller.Tenant
	if caller.Role != AuditRole {
		return nil, refuseWith(http.StatusUnauthorized, WhyRole, "token refused: this needs the scope audit")
	}
	ackOnly := q.URL.Path == "/tenant_log/ack"
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, maxAudit))
	if err != nil {
		return nil, refuseWith(http.StatusRequestEntityTooLarge, WhyMessage, "the request is too big, or could not be read")
	}
	request, acks, err := parseLogRequest(body, !ackOnly)
	if err != nil {
		return nil, refuseWith(http.StatusBadRequest, WhyMessage, err.Error())
	}
	if err := r.log.acknowledge(q.Context(), caller.Tenant, acks); err != nil {
		return nil, r.noAnswer(q.Context(), "TenantLog", err)
	}
	if ackOnly {
		return struct{}{}, nil
	}
	events, err := r.log.read(q.Context(), caller.Tenant, *request.PageSize)
	if err != nil {
		return nil, r.noAnswer(q.Context(), "TenantLog", err)
	}
	return map[string][]event{"events": append([]event{}, events...)}, nil
}

func parseLogRequest(body []byte, page bool) (request logRequest, acks map[uint64][]string, err error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&request) != nil {
		return request, nil, errors.New("the request is not its JSON")
	}
	if _, err := decoder.Token(); err != io.EOF { // Decoder.More would pass over "}"
		return request, nil, errors.New("something follows the request")
	}
	switch {
	case page && (request.PageSize == nil || *request.PageSize < 1 || *request.PageSize > maxEvents):
		return request, nil, errors.New("page_size is from 1 to 200")
	case !page && (request.PageSize != nil || request.Acks == nil):
		return request, nil, errors.New("acks are missing, or there is more")
	}
	acks = make(map[uint64][]string)
	for _, ack := range request.Acks {
		number, id, err := parseAck(ack)
		if err != nil {
			return request, nil, err
		}
		acks[number] = append(acks[number], id)
	}
	return request, acks, nil
}

// record notes for the vendor what an answer means.
func (r *Realm) record(caller Caller, reply juicebox.Response, record *Record) {
	if r.config.TenantLog && caller.Tenant != juicebox.Tenant {
		r.log.add(caller.Tenant, newEvent(caller, reply, record, time.Now()))
	}
}
