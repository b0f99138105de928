import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.util.Properties;

/**
 * The everyday work of a JDBC client of Snowflake: connect, create, insert bound values, query, and move files to a
 * stage and back. docs/clients.md tells how it is run.
 */
public class Example {
    public static void main(String[] arguments) throws Exception {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            statement.execute("CREATE OR REPLACE TABLE REVENUE (DAY DATE, CHANNEL VARCHAR, AMOUNT NUMBER(12, 2))");
            insert(connection);
            show(statement, "SELECT CHANNEL, COUNT(*), SUM(AMOUNT) FROM REVENUE GROUP BY CHANNEL ORDER BY CHANNEL");
            moveFiles(statement);
            statement.execute("DROP TABLE REVENUE");
        }
    }

    /** A connection by the settings of the environment; without a host it is the account's own. */
    private static Connection connect() throws SQLException {
        Properties settings = new Properties();
        for (String name : new String[] {"account", "user", "password", "database", "schema", "warehouse", "role"}) {
            String value = System.getenv("SNOWFLAKE_" + name.toUpperCase());
            if (value != null) {
                settings.put(name.equals("database") ? "db" : name, value);
            }
        }
        String host = System.getenv().getOrDefault(
            "SNOWFLAKE_HOST", settings.getProperty("account") + ".snowflakecomputing.com");
        String port = System.getenv().getOrDefault("SNOWFLAKE_PORT", "443");
        return DriverManager.getConnection("jdbc:snowflake://" + host + ":" + port + "/", settings);
    }

    /** Three rows of bound values, sent as one statement. */
    private static void insert(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO REVENUE VALUES (?, ?, ?)")) {
            for (String[] row : new String[][] {{"One", "10.10"}, {"One", "0.20"}, {"It's; two", null}}) {
                insert.setObject(1, java.sql.Date.valueOf(LocalDate.of(2026, 11, 20)));
                insert.setString(2, row[0]);
                if (row[1] == null) {
                    insert.setNull(3, Types.DECIMAL);
                } else {
                    insert.setBigDecimal(3, new BigDecimal(row[1]));
                }
                insert.addBatch();
            }
            System.out.println("inserted " + insert.executeBatch().length);
        }
    }

    /** A file goes up, is listed and loaded, and comes down again. */
    private static void moveFiles(Statement statement) throws Exception {
        Path folder = Files.createTempDirectory("jdbc example");
        Path file = Files.writeString(folder.resolve("more.csv"), "2026-11-21,Three,1.50\n");
        statement.execute("CREATE OR REPLACE TEMPORARY STAGE REPORTS");
        show(statement, "PUT 'file://" + file + "' @REPORTS/in AUTO_COMPRESS = FALSE");
        show(statement, "LIST @REPORTS");
        show(statement, "COPY INTO REVENUE FROM @REPORTS/in");
        Files.delete(file);
        show(statement, "GET @REPORTS/in 'file://" + folder + "/'");
        System.out.println("fetched " + Files.readString(file).strip());
        Files.delete(file);
        Files.delete(folder);
    }

    /** Run a statement and print the rows it answers, a line each. */
    private static void show(Statement statement, String sql) throws SQLException {
        System.out.println("-- " + sql.split(" ")[0]);
        try (ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                StringBuilder line = new StringBuilder();
                for (int column = 1; column <= columns; column++) {
                    line.append(column == 1 ? "" : " | ").append(rows.getString(column));
                }
                System.out.println(line);
            }
        }
    }
}
