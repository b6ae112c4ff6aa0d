package main

import (
	"net/http"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
)

// A provider is a cloud as the behaviours see it: which requests are which, and how it says
// what is wrong.
type provider struct {
	name              string
	hosts             []string
	signIn            []string // paths on those hosts that are not about files
	renews            func(r *http.Request) bool
	writes, downloads func(r *http.Request) bool
	answers           map[string]answer
}

// An answer is a refusal in the provider's own form.
type answer struct {
	status int
	body   string
}

// serves tells whether r is about files.
func (p *provider) serves(r *http.Request) bool {
	return slices.Contains(p.hosts, r.Host) &&
		!slices.ContainsFunc(p.signIn, func(path string) bool { return strings.HasPrefix(r.URL.Path, path) })
}

// at tells requests to one address.
func at(host, path string) func(r *http.Request) bool {
	return func(r *http.Request) bool { return r.Host == host && r.URL.Path == path }
}

func changes(r *http.Request) bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }

// google is one of Google's refusals.
func google(r drive.Refusal) answer { return answer{r.Status, r.JSON()} }

var googleDrive = &provider{
	name: "Drive", hosts: []string{"www.googleapis.com"}, renews: at("oauth2.googleapis.com", "/token"), writes: changes,
	downloads: func(r *http.Request) bool { return r.URL.Query().Get("alt") == "media" && r.Method == http.MethodGet },
	answers: map[string]answer{
		"unauthorized": google(drive.Unauthorized), "no-permission": google(drive.NoScope), "rate-limit": google(drive.UserRateLimit),
		"daily-limit": google(drive.DailyLimit), "not-enabled": google(drive.NotEnabled), "file-forbidden": google(drive.Forbidden),
		"folder-full": google(drive.TooManyInside), "busy": google(drive.TooManyNow),
	},
}

var dropboxCom = &provider{
	name: "Dropbox", hosts: []string{"api.dropboxapi.com", "content.dropboxapi.com"}, signIn: []string{"/oauth2/", "/2/auth/"},
	renews: at("api.dropboxapi.com", "/oauth2/token"),
	writes: func(r *http.Request) bool {
		return slices.Contains([]string{"/2/files/upload", "/2/files/delete_v2", "/2/files/create_folder_v2"}, r.URL.Path)
	},
	downloads: func(r *http.Request) bool { return r.URL.Path == "/2/files/download" },
	answers: map[string]answer{
		"unauthorized":  {401, `{"error_summary":"invalid_access_token/..","error":{".tag":"invalid_access_token"}}`},
		"no-permission": {401, `{"error_summary":"missing_scope/..","error":{".tag":"missing_scope","required_scope":"files.content.write"}}`},
		"rate-limit":    {429, `{"error_summary":"too_many_requests/..","error":{"reason":{".tag":"too_many_requests"}}}`},
		"busy":          {429, `{"error_summary":"too_many_requests/..","error":{"reason":{".tag":"too_many_requests"}}}`},
		"busy-json":     {429, `{"error_summary":"too_many_requests/..","error":{"reason":{".tag":"too_many_requests"},"retry_after":2}}`},
	},
}

var oneDrive = &provider{
	name: "OneDrive", hosts: []string{"graph.microsoft.com", "sn3302.up.1drv.com", "by3301.files.1drv.com"},
	renews: at("login.microsoftonline.com", "/common/oauth2/v2.0/token"), writes: changes,
	downloads: func(r *http.Request) bool { return r.Host == "by3301.files.1drv.com" },
	answers: map[string]answer{
		"unauthorized":   {401, `{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired."}}`},
		"no-permission":  {403, `{"error":{"code":"accessDenied","message":"Access denied"}}`},
		"file-forbidden": {403, `{"error":{"code":"accessDenied","message":"Access denied"}}`},
		"rate-limit":     {429, `{"error":{"code":"activityLimitReached","message":"The app has been throttled"}}`},
		"busy":           {503, `{"error":{"code":"serviceNotAvailable","message":"The server is busy"}}`},
	},
}

var iCloud = &provider{
	name: "iCloud", hosts: []string{"api.apple-cloudkit.com", "cvws.icloud-content.com"}, renews: func(*http.Request) bool { return false },
	writes: func(r *http.Request) bool {
		return r.Method == http.MethodPost && (r.Host == "cvws.icloud-content.com" || strings.HasSuffix(r.URL.Path, "/modify"))
	},
	downloads: func(r *http.Request) bool { return r.Host == "cvws.icloud-content.com" && r.Method == http.MethodGet },
	answers: map[string]answer{
		"unauthorized":  {421, apple("AUTHENTICATION_REQUIRED", `,"redirectURL":"https://idmsa.apple.com/IDMSWebAuth/auth?oauth_token=torture"`)},
		"no-permission": {403, apple("ACCESS_DENIED", "")},
		"rate-limit":    {429, apple("THROTTLED", "")},
		"busy":          {503, apple("TRY_AGAIN_LATER", "")},
		"busy-json":     {503, apple("TRY_AGAIN_LATER", `,"retryAfter":2`)},
	},
}

var providers = []*provider{googleDrive, dropboxCom, oneDrive, iCloud}

// apple is CloudKit's error dictionary.
func apple(code, more string) string {
	return `{"uuid":"00000000-0000-4000-8000-000000000000","serverErrorCode":"` + code + `","reason":"as told"` + more + `}`
}
