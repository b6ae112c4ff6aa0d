package drive

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
)

// A Refusal is an error as Google's APIs send it.
type Refusal struct {
	Status           int
	Reason, Message  string
	Domain, Location string // Domain is "global" when empty; Location is a parameter
	InHeader         bool   // or a header
}

// Refusals of Drive, from developers.google.com/workspace/drive/api/guides/handle-errors.
var (
	Unauthorized  = Refusal{Status: 401, Reason: "authError", Message: "Invalid Credentials", Location: "Authorization", InHeader: true}
	RateLimit     = Refusal{Status: 403, Reason: "rateLimitExceeded", Message: "Rate Limit Exceeded", Domain: "usageLimits"}
	UserRateLimit = Refusal{Status: 403, Reason: "userRateLimitExceeded", Message: "User Rate Limit Exceeded. Rate of requests for user exceed configured project quota, you may consider re-evaluating expected per-user traffic to the API and adjust project quota limits accordingly.", Domain: "usageLimits"}
	DailyLimit    = Refusal{Status: 403, Reason: "dailyLimitExceeded", Message: "Daily Limit Exceeded", Domain: "usageLimits"}
	Full          = Refusal{Status: 403, Reason: "storageQuotaExceeded", Message: "The user's Drive storage quota has been exceeded."}
	TooManyInside = Refusal{Status: 403, Reason: "numChildrenInNonRootLimitExceeded", Message: "The limit for this folder's number of children (files and folders) has been exceeded."}
	NoScope       = Refusal{Status: 403, Reason: "insufficientPermissions", Message: "Request had insufficient authentication scopes."}
	NoSpaceScope  = Refusal{Status: 403, Reason: "insufficientScopes", Message: "The granted scopes do not give access to all of the requested spaces.", Location: "spaces"}
	NotEnabled    = Refusal{Status: 403, Reason: "accessNotConfigured", Message: "Google Drive API has not been used in this project before or it is disabled.", Domain: "usageLimits"}
	Forbidden     = Refusal{Status: 403, Reason: "insufficientFilePermissions", Message: "The user does not have sufficient permissions for this file."}
	TooManyNow    = Refusal{Status: 429, Reason: "rateLimitExceeded", Message: "Too Many Requests", Domain: "usageLimits"}
	Broken        = Refusal{Status: 500, Reason: "backendError", Message: "Internal Error"}
	Unavailable   = Refusal{Status: 503, Reason: "backendError", Message: "Service Unavailable"}
)

func notFound(id string) Refusal {
	return Refusal{Status: 404, Reason: "notFound", Message: "File not found: " + id + ".", Location: "fileId"}
}

func invalid(location, format string, args ...any) Refusal {
	return Refusal{Status: 400, Reason: "invalid", Message: fmt.Sprintf(format, args...), Location: location}
}

// JSON is the body of the answer.
func (r Refusal) JSON() string {
	item := map[string]any{"message": r.Message, "domain": r.Domain, "reason": r.Reason}
	if r.Domain == "" {
		item["domain"] = "global"
	}
	if r.Location != "" {
		item["locationType"], item["location"] = "parameter", r.Location
	}
	if r.InHeader {
		item["locationType"] = "header"
	}
	e := map[string]any{"code": r.Status, "message": r.Message, "errors": []any{item}}
	if r == NoScope {
		e["status"] = "PERMISSION_DENIED"
		e["details"] = []any{map[string]any{
			"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "domain": "googleapis.com",
		}}
	}
	body, _ := json.Marshal(map[string]any{"error": e})
	return string(body)
}

// Error lets a Refusal be returned by what finds it.
func (r Refusal) Error() string { return r.Reason + ": " + r.Message }

// Fault is the next request by a method, "" for any, answered with r.
func Fault(method string, r Refusal) fakecloud.Fault {
	return fakecloud.Fault{Host: "www.googleapis.com", Method: method, Status: r.Status, Body: r.JSON()}
}

func (r Refusal) send(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if r.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/"`)
	}
	w.WriteHeader(r.Status)
	fmt.Fprint(w, r.JSON())
}
