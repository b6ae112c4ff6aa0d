package postgres

import (
	"errors"
	"strings"
	"testing"
)

func TestAddresses(t *testing.T) {
	for address, want := range map[string]error{
		"postgres://realm@127.0.0.1/realm":                                                  nil,
		"postgresql://realm@localhost:5433,127.0.0.2:5434/realm?sslmode=disable":            nil,
		"postgres://realm@/realm?host=/var/run/postgresql":                                  nil,
		"postgres://realm@db1,db2/realm?sslmode=verify-full&sslrootcert=system":             nil,
		"postgres://realm@db1/realm":                                                        ErrURL, // libpq would fall back to no TLS
		"postgres://realm@db1/realm?sslmode=disable":                                        ErrURL,
		"postgres://realm@db1/realm?sslmode=require":                                        ErrURL, // nobody checks who answers
		"postgres://realm@localhost,db2/realm?sslmode=prefer":                               ErrURL,
		"host=127.0.0.1 user=realm":                                                         ErrURL,
		"mysql://realm@127.0.0.1/realm":                                                     ErrURL,
		"postgres://realm:canary-482915@127.0.0.1/realm":                                    ErrPassword,
		"postgres://realm@127.0.0.1/realm?password=canary-482915":                           ErrPassword,
		"postgres://realm@db1/realm?sslmode=verify-full&sslkey=k&sslpassword=canary-482915": ErrPassword,
		"postgres://realm:canary-482915@127.0.0.1:port/realm":                               ErrURL,
	} {
		_, err := parse(address)
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: got %v, want %v", address, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("the password is in the error: %v", err)
		}
	}
}

func TestPasswordInEnvironment(t *testing.T) {
	t.Setenv("PGPASSWORD", "canary-482915")
	if _, err := parse("postgres://realm@127.0.0.1/realm"); !errors.Is(err, ErrPassword) || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}

// A pool knows at least these: connections are never to a standby. That they look at settings and for the
// newest note, UnsafeSettingsAreRefused and GoneBack show.
func TestEveryConnectionIsChecked(t *testing.T) {
	config, err := parse("postgres://realm@127.0.0.1,127.0.0.2/realm?target_session_attrs=any")
	if err != nil {
		t.Fatal(err)
	}
	if config.ConnConfig.ValidateConnect == nil || config.ConnConfig.OnNotice == nil {
		t.Error("a connection is used as it comes")
	}
	if config.MaxConns != defaultConnections || config.ConnConfig.ConnectTimeout == 0 {
		t.Errorf("%d connections, %v to connect", config.MaxConns, config.ConnConfig.ConnectTimeout)
	}
}
