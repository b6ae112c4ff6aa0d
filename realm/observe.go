package realm

import (
	"context"
	"log/slog"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
)

// An Observation is one request that was answered. Nothing in it names a user.
type Observation struct {
	Request string          // "Register1" to "Delete", "View", "TenantLog"; "" if it was not understood
	Tenant  string          // of a verified token; "" without one
	Status  int             // of HTTP
	Answer  juicebox.Status // of a Recover message that was answered; 0 otherwise
	Why     string          // it was refused, WhyVersion and so on; "" if it was not
	Took    time.Duration
}

// observed logs and reports a request at its end.
func (r *Realm) observed(o Observation, refused *refusal) {
	if refused != nil {
		o.Status, o.Why = refused.status, refused.why
	}
	r.config.Log.LogAttrs(context.Background(), slog.LevelDebug, "request",
		slog.String("name", o.Request), slog.Int("status", o.Status), slog.String("why", o.Why), slog.Duration("took", o.Took))
	if r.config.Observe != nil {
		r.config.Observe(o)
	}
}

// answerOf is the status within an answer that has one.
func answerOf(reply juicebox.Response) juicebox.Status {
	switch reply := reply.(type) {
	case juicebox.Recover1Response:
		return reply.Status
	case juicebox.Recover2Response:
		return reply.Status
	case juicebox.Recover3Response:
		return reply.Status
	}
	return juicebox.Status("")
}

func requestName(request juicebox.Request) string {
	switch request.(type) {
	case juicebox.Register1:
		return "Register1"
	case juicebox.Register2:
		return "Register2"
	case juicebox.Recover1:
		return "Recover1"
	case juicebox.Recover2:
		return "Recover2"
	case juicebox.Recover3:
		return "Recover3"
	case juicebox.Delete:
		return "Delete"
	}
	return "unknown"
}
