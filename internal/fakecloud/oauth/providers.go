package oauth

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Scopes of Google Drive.
const (
	DriveFile    = "https://www.googleapis.com/auth/drive.file"
	DriveAppData = "https://www.googleapis.com/auth/drive.appdata"
)

// Google is Google's sign-in for a client of type "Desktop app". Such a client has a
// secret, which is not confidential and must be sent.
func Google(c Client) Provider {
	return Provider{
		Name: "Google",
		Auth: "accounts.google.com/o/oauth2/v2/auth", Token: "oauth2.googleapis.com/token", Revoke: "oauth2.googleapis.com/revoke",
		Clients: []Client{c},
		Scopes: []Scope{
			{DriveFile, "See, edit, create and delete only the specific Google Drive files that you use with this app"},
			{DriveAppData, "See, create and delete its own configuration data in your Google Drive"},
		},
		Ticks:              true,
		Redirect:           func(_ Client, uri *url.URL) bool { return loopback(uri) },
		Offline:            func(q url.Values) bool { return q.Get("access_type") == "offline" },
		RefreshOnlyAtFirst: true,
		Life:               time.Hour - time.Second,
	}
}

// Dropbox is Dropbox's sign-in for an app that a public client uses. Its redirects must be
// registered, to the letter.
func Dropbox(c Client) Provider {
	return Provider{
		Name: "Dropbox",
		Auth: "www.dropbox.com/oauth2/authorize", Token: "api.dropboxapi.com/oauth2/token", Revoke: "api.dropboxapi.com/2/auth/token/revoke",
		RevokeByBearer: true,
		Clients:        []Client{c},
		Scopes: []Scope{
			{"account_info.read", "View basic information about your Dropbox account"},
			{"files.metadata.read", "View information about your files in the app's folder"},
			{"files.content.read", "View the content of files in the app's folder"},
			{"files.content.write", "Edit the content of files in the app's folder"},
		},
		Redirect: func(c Client, uri *url.URL) bool { return slices.Contains(c.Redirects, uri.String()) },
		Offline:  func(q url.Values) bool { return q.Get("token_access_type") == "offline" },
		Life:     4 * time.Hour,
	}
}

// Microsoft is Microsoft's sign-in for a public client, type "Mobile and desktop". The port
// of a registered http://localhost does not matter. Microsoft gives another refresh token
// each time and lets the old one live for a while; here it dies at once, so that a program
// that lost the new one is found out.
func Microsoft(c Client) Provider {
	const host = "login.microsoftonline.com/common/oauth2/v2.0/"
	return Provider{
		Name: "Microsoft", Auth: host + "authorize", Token: host + "token",
		Clients: []Client{c},
		Scopes: []Scope{
			{"Files.ReadWrite.AppFolder", "Have full access to its own folder in your OneDrive"},
			{"offline_access", "Keep access to data you have given it access to"},
			{"User.Read", "Read your profile"}, {"openid", "Sign you in"}, {"profile", "View your basic profile"}, {"email", "View your e-mail address"},
		},
		Redirect: func(c Client, uri *url.URL) bool {
			return slices.ContainsFunc(c.Redirects, func(registered string) bool {
				known, err := url.Parse(registered)
				return err == nil && loopback(uri) && known.Scheme == uri.Scheme && known.Hostname() == uri.Hostname() &&
					strings.TrimSuffix(known.Path, "/") == strings.TrimSuffix(uri.Path, "/")
			})
		},
		Offline:     func(q url.Values) bool { return slices.Contains(strings.Fields(q.Get("scope")), "offline_access") },
		Life:        time.Hour,
		RefreshLife: 90 * 24 * time.Hour,
		Rotate:      true, OldDies: true,
	}
}

func loopback(uri *url.URL) bool {
	ip := net.ParseIP(uri.Hostname())
	return uri.Scheme == "http" && (uri.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}
