package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// connect opens a pool and makes one connection, so that what is wrong is known at once. check looks
// at every connection, now and later, before it is used.
func connect(ctx context.Context, address string, check func(context.Context, *pgx.Conn) error) (*pgxpool.Pool, error) {
	config, err := parse(address)
	if err != nil {
		return nil, err
	}
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if err := checkSettings(ctx, conn); err != nil {
			return err
		}
		return check(ctx, conn)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connecting to the database: %w", err)
	}
	return pool, nil
}

// parse refuses passwords that others can see and connections that others can change, and
// sets what every connection needs.
func parse(address string) (*pgxpool.Config, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, fmt.Errorf("%w: it is not postgres://USER@HOST/NAME", ErrURL) // err would quote a password
	}
	if err := checkPassword(u); err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrURL, err)
	}
	if err := checkHosts(&config.ConnConfig.Config); err != nil {
		return nil, err
	}
	if !u.Query().Has("pool_max_conns") {
		config.MaxConns = defaultConnections
	}
	// Settings are looked at when a connection is made, so none may grow old.
	config.MaxConnLifetime, config.MaxConnLifetimeJitter = 5*time.Minute, time.Minute
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 3 * time.Second // for each host: one may be cut off
	}
	// Never a standby: what it says is old.
	config.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	config.ConnConfig.OnNotice = noteWarning
	return config, nil
}

// checkPassword keeps passwords out of what everybody on the machine can list.
func checkPassword(u *url.URL) error {
	_, in := u.User.Password()
	for _, name := range []string{"password", "sslpassword"} {
		in = in || u.Query().Has(name)
	}
	if in {
		return fmt.Errorf("%w: in the address of the database", ErrPassword)
	}
	if os.Getenv("PGPASSWORD") != "" {
		return fmt.Errorf("%w: in the environment (PGPASSWORD)", ErrPassword)
	}
	return nil
}

// checkHosts insists on TLS with a checked name for every host but this computer. Whoever
// is between realm and database could otherwise bring old records back.
func checkHosts(config *pgconn.Config) error {
	check := func(host string, verified bool) error {
		ip := net.ParseIP(host)
		local := strings.HasPrefix(host, "/") || host == "localhost" || ip != nil && ip.IsLoopback()
		if !local && !verified {
			return fmt.Errorf("%w: %s is not this computer, so it needs sslmode=verify-full", ErrURL, host)
		}
		return nil
	}
	tls := config.TLSConfig
	errs := []error{check(config.Host, tls != nil && !tls.InsecureSkipVerify)}
	for _, f := range config.Fallbacks {
		errs = append(errs, check(f.Host, f.TLSConfig != nil && !f.TLSConfig.InsecureSkipVerify))
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// safe are the settings without which an acknowledged write may be lost, and the values
// that are good enough. An asynchronous or merely local commit forgets guesses in a failover.
var safe = map[string][]string{
	"synchronous_commit": {"on", "remote_apply"},
	"fsync":              {"on"},
	"full_page_writes":   {"on"},
}

// Facts about a connection, in its CustomData.
const (
	confirms = "cloudseed confirms" // there are synchronous standbys
	warned   = "cloudseed warned"   // the server has warned since the last look
)

// unchecked is for connections of which nothing was known before.
func unchecked(context.Context, *pgx.Conn) error { return nil }

func checkSettings(ctx context.Context, conn *pgx.Conn) error {
	for name, good := range safe {
		value, err := setting(ctx, conn, name)
		if err != nil {
			return err
		}
		if value != "" && !slices.Contains(good, value) {
			return fmt.Errorf("%w: %s is %s, and must be %s", ErrUnsafe, name, value, good[0])
		}
	}
	standbys, err := setting(ctx, conn, "synchronous_standby_names")
	conn.PgConn().CustomData()[confirms] = standbys != ""
	return err
}

// setting is "" where the database has none of this name: others than PostgreSQL.
func setting(ctx context.Context, conn *pgx.Conn, name string) (value string, err error) {
	err = conn.QueryRow(ctx, "SHOW "+name).Scan(&value)
	const undefinedObject, invalidParameter = "42704", "22023"
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && (e.Code == undefinedObject || e.Code == invalidParameter) {
		return "", nil
	}
	return value, err
}

// noteWarning remembers that the server has warned. A commit that no longer waits for its
// standbys, because somebody cancelled it, says so by a warning and else looks like success.
func noteWarning(conn *pgconn.PgConn, notice *pgconn.Notice) {
	if notice.SeverityUnlocalized == "WARNING" {
		conn.CustomData()[warned] = notice.Message
	}
}

// warning returns what the server has warned of since the last look, or "".
func warning(conn *pgx.Conn) string {
	text, _ := conn.PgConn().CustomData()[warned].(string)
	delete(conn.PgConn().CustomData(), warned)
	return text
}
