package io.kubetune.cli.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The way to the test cluster's API server through a port of ours, which a test can cut or freeze:
/// the API server is gone, for this client alone.
///
/// ```
/// try (CutProxy proxy = CutProxy.open(cluster)) {
///   Path kubeconfig = proxy.kubeconfig(folder);   // the administrator's, by way of the proxy
///   proxy.cut();      // connections break, new ones are refused: the API server restarts
///   proxy.restore();
///   proxy.freeze();   // connections stay open, nothing comes through: the network is gone
///   proxy.thaw();
///   proxy.forget();   // the connections there are carry nothing ever again, new ones work: a router
///                     // that lost its table, a laptop that slept
/// }
/// ```
public final class CutProxy implements AutoCloseable {
  private final URI server;
  private final String kubeconfig;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Set<Socket> forgotten = ConcurrentHashMap.newKeySet();
  private final int port;
  private volatile ServerSocket listener;
  private boolean frozen;

  private CutProxy(URI server, String kubeconfig) throws IOException {
    this.server = server;
    this.kubeconfig = kubeconfig;
    this.listener = listen(0);
    this.port = listener.getLocalPort();
  }

  public static CutProxy open(TestCluster cluster) throws IOException {
    String kubeconfig = Files.readString(cluster.kubeconfig());
    String server = kubeconfig.replaceAll("(?s).*server: \"?([^\",\\s]+).*", "$1");
    return new CutProxy(URI.create(server), kubeconfig);
  }

  public String url() {
    return "https://127.0.0.1:" + port;
  }

  /// A kubeconfig in the folder that goes through the proxy; its contexts are the cluster's own.
  public Path kubeconfig(Path folder) throws IOException {
    return Files.writeString(
        folder.resolve("proxied.kubeconfig"), kubeconfig.replace(server.toString(), url()));
  }

  /// How many are open now.
  public int connections() {
    return open.size() / 2;
  }

  /// Breaks every connection; new ones are refused.
  public void cut() {
    close(listener);
    open.forEach(CutProxy::close);
  }

  public void restore() throws IOException {
    listener = listen(port);
  }

  /// From now on nothing comes through, in either direction, and nobody is told.
  public synchronized void freeze() {
    frozen = true;
  }

  public synchronized void thaw() {
    frozen = false;
    notifyAll();
  }

  /// Connections that are open now stay open and are never heard of again.
  public void forget() {
    forgotten.addAll(open);
  }

  private synchronized void passWhenThawed(Socket from) throws InterruptedException {
    while (frozen || forgotten.contains(from) && !listener.isClosed()) {
      wait();
    }
  }

  private ServerSocket listen(int at) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at));
    Thread.ofVirtual().start(() -> accept(socket));
    return socket;
  }

  private void accept(ServerSocket from) {
    try {
      while (true) {
        Socket client = from.accept();
        Socket target = new Socket(server.getHost(), server.getPort());
        open.add(client);
        open.add(target);
        Thread.ofVirtual().start(() -> forward(client, target));
        Thread.ofVirtual().start(() -> forward(target, client));
      }
    } catch (IOException e) {
      // Cut or closed.
    }
  }

  private void forward(Socket from, Socket to) {
    byte[] buffer = new byte[1 << 14];
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        passWhenThawed(from);
        out.write(buffer, 0, count);
        out.flush();
      }
    } catch (IOException e) {
      // Cut, or either side has had enough.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    open.remove(from);
    open.remove(to);
  }

  private static void close(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  @Override
  public void close() {
    cut();
    thaw();
  }
}
