import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// Serves a folder's files on loopback, for tests: by https with a key store's certificate, else by
/// http. Below `/cut/` an archive ends half way, as a lost connection ends it. Prints its address.
///
/// ```
/// java scripts/lib/FolderServer.java target/release [keys.p12 PASSWORD]
/// ```
static final String CUT = "/cut/";

void main(String[] args) throws Exception {
  InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
  HttpServer server =
      args.length > 1 ? secured(address, args[1], args[2]) : HttpServer.create(address, 0);
  Path folder = Path.of(args[0]);
  server.createContext("/", exchange -> serve(folder, exchange));
  server.start();
  IO.println((args.length > 1 ? "https" : "http") + "://127.0.0.1:" + server.getAddress().getPort());
}

HttpsServer secured(InetSocketAddress address, String keys, String password) throws Exception {
  KeyStore store = KeyStore.getInstance("PKCS12");
  try (FileInputStream file = new FileInputStream(keys)) {
    store.load(file, password.toCharArray());
  }
  KeyManagerFactory managers = KeyManagerFactory.getInstance("SunX509");
  managers.init(store, password.toCharArray());
  SSLContext context = SSLContext.getInstance("TLS");
  context.init(managers.getKeyManagers(), null, null);
  HttpsServer server = HttpsServer.create(address, 0);
  server.setHttpsConfigurator(new HttpsConfigurator(context));
  return server;
}

void serve(Path folder, HttpExchange exchange) throws IOException {
  String path = exchange.getRequestURI().getPath();
  boolean cut = path.startsWith(CUT) && path.endsWith(".gz");
  Path file = folder.resolve(path.substring(path.startsWith(CUT) ? CUT.length() : 1));
  try (exchange) {
    if (!Files.isRegularFile(file)) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    byte[] bytes = Files.readAllBytes(file);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes, 0, cut ? bytes.length / 2 : bytes.length);
  }
}
