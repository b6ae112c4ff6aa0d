package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
)

// A writing is the connection that only the writer uses, with its statements prepared once. It
// is the driver's own: database/sql between them would cost a fifteenth of a statement.
type writing struct {
	conn                       driver.Conn
	log                        *os.File // nil until it is open
	begin, commitAll, rollback statement
	get, insert, change        statement
	remove, count              statement
}

type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// openWriting opens another connection, with db's driver, and insists on how it syncs.
func openWriting(db *sql.DB, path string) (*writing, error) {
	source, err := source(path, "rw", pragmas...)
	if err != nil {
		return nil, err
	}
	conn, err := db.Driver().Open(source)
	if err != nil {
		return nil, err
	}
	w := &writing{conn: conn}
	err = errors.Join(w.syncs(), w.prepare())
	if err == nil {
		w.log, err = openLog(path)
	}
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// syncs tells whether commits end in the log, and SQLite keeps the order between log and database.
func (w *writing) syncs() error {
	const normal = 1
	for pragma, want := range map[string]driver.Value{"journal_mode": "wal", "synchronous": int64(normal)} {
		stmt, err := w.conn.Prepare("PRAGMA " + pragma)
		if err != nil {
			return err
		}
		value, err := one(stmt.(statement))
		if err := errors.Join(err, stmt.Close()); err != nil {
			return err
		}
		if value != want {
			return fmt.Errorf("cannot write safely here: %s is %v", pragma, value)
		}
	}
	return nil
}

func (w *writing) prepare() error {
	for prepared, text := range map[*statement]string{
		&w.begin:     "BEGIN IMMEDIATE",
		&w.commitAll: "COMMIT",
		&w.rollback:  "ROLLBACK",
		&w.get:       "SELECT record FROM records WHERE id = ?",
		&w.insert:    "INSERT INTO records (id, record) VALUES (?1, ?2)",
		&w.change:    "UPDATE records SET record = ?2 WHERE id = ?1",
		&w.remove:    "DELETE FROM records WHERE id = ?",
		&w.count:     "INSERT INTO meta (name, value) VALUES ('writes', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1",
	} {
		stmt, err := w.conn.Prepare(text)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrForeign, err)
		}
		*prepared = stmt.(statement)
	}
	return nil
}

// close closes the statements first: a connection with open ones is never closed whole, and
// leaves its log behind. So does, on Windows, one whose log is open.
func (w *writing) close() error {
	var errs []error
	for _, statement := range []statement{w.begin, w.commitAll, w.rollback, w.get, w.insert, w.change, w.remove, w.count} {
		if statement != nil {
			errs = append(errs, statement.Close())
		}
	}
	if w.log != nil {
		errs = append(errs, w.log.Close())
	}
	return errors.Join(append(errs, w.conn.Close())...)
}

func run(statement statement, args ...driver.Value) error {
	_, err := statement.ExecContext(context.Background(), named(args))
	return err
}

// runOnOne is run for a statement that must find exactly one row.
func runOnOne(statement statement, args ...driver.Value) error {
	result, err := statement.ExecContext(context.Background(), named(args))
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); n != 1 || err != nil {
		return fmt.Errorf("%d rows are changed, not one: %w", n, errors.Join(err, ErrForeign))
	}
	return nil
}

func named(args []driver.Value) []driver.NamedValue {
	values := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		values[i] = driver.NamedValue{Ordinal: i + 1, Value: arg}
	}
	return values
}

// one returns what a statement finds in one column: nil is no row.
func one(statement statement, args ...driver.Value) (value driver.Value, err error) {
	rows, err := statement.QueryContext(context.Background(), named(args))
	if err != nil {
		return nil, err
	}
	row := make([]driver.Value, 1)
	if err = rows.Next(row); err == io.EOF {
		err = nil
	}
	return row[0], errors.Join(err, rows.Close())
}
