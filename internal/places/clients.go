package places

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/signin"
)

// Clients say to the providers which program asks. The maker of a wallet or the person
// brings them; none is part of this program.
type Clients struct {
	OAuth  signin.Clients
	ICloud ICloud
}

// ICloud is a container of Apple's, as its maker set it up in CloudKit Console.
type ICloud struct {
	Container   string // "iCloud.org.example.wallet"
	Environment string // "production" (the default) or "development"
	APIToken    secret.Text
	Callback    string // the Sign In Callback of the token; DefaultCallback if empty
}

// DefaultCallback is where this computer waits for Apple's answer.
const DefaultCallback = "http://127.0.0.1:53693/"

// iCloudConsole makes containers and API tokens.
const iCloudConsole = "https://icloud.developer.apple.com/"

type iCloudJSON struct {
	Container   string `json:"container"`
	Environment string `json:"environment,omitempty"`
	APIToken    string `json:"api_token"`
	Callback    string `json:"callback,omitempty"`
}

// ReadClients reads a file of client ids: what [signin.ReadClients] reads, and beside it
//
//	"icloud": {"container": "iCloud.org.example.wallet", "api_token": "…", "callback": "http://127.0.0.1:53693/"}
//
// What it does not know it refuses.
func ReadClients(data []byte) (Clients, error) {
	var file map[string]json.RawMessage
	if json.Unmarshal(data, &file) != nil {
		_, err := signin.ReadClients(data) // says what is wrong without quoting it
		return Clients{}, errors.Join(errors.New("client ids cannot be read"), err)
	}
	var c Clients
	if text, has := file["icloud"]; has {
		var err error
		if c.ICloud, err = readICloud(text); err != nil {
			return Clients{}, fmt.Errorf("client ids: icloud: %w", err)
		}
		delete(file, "icloud")
	}
	rest, err := json.Marshal(file)
	if err == nil {
		c.OAuth, err = signin.ReadClients(rest)
	}
	return c, err
}

func readICloud(text []byte) (ICloud, error) {
	var fields map[string]string
	if json.Unmarshal(text, &fields) != nil {
		return ICloud{}, errors.New(`not of the form {"container": "…", "api_token": "…"}`)
	}
	for name := range fields {
		switch name {
		case "container", "environment", "api_token", "callback":
		default:
			return ICloud{}, fmt.Errorf("there is no %.40q", name)
		}
	}
	c := ICloud{fields["container"], fields["environment"], secret.New([]byte(fields["api_token"])), fields["callback"]}
	if c.Container == "" || c.APIToken.Len() == 0 {
		return ICloud{}, errors.New("container or api_token is missing")
	}
	if _, err := c.callback(); err != nil {
		return ICloud{}, err
	}
	return c, nil
}

// callback is the address on this computer to which Apple sends the browser.
func (c ICloud) callback() (*url.URL, error) {
	address := c.Callback
	if address == "" {
		address = DefaultCallback
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.Port() == "" || u.RawQuery != "" {
		return nil, errors.New("callback is not like " + DefaultCallback)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, errors.New("callback is not on this computer")
	}
	return u, nil
}

// Missing says what is missing before anybody can sign in to places of a scheme: nil, or a
// [*signin.NoClientIDError].
func (c *Config) Missing(scheme string) error {
	if scheme == "icloud" && c.Clients.ICloud.Container == "" {
		return &signin.NoClientIDError{Provider: apple, Console: iCloudConsole, Redirects: []string{DefaultCallback}}
	}
	p, ok := providers[scheme]
	if !ok || c.Clients.OAuth[p].ID != "" {
		return nil
	}
	return &signin.NoClientIDError{Provider: p, Console: p.ConsoleURL(), Redirects: p.RedirectURLs()}
}
