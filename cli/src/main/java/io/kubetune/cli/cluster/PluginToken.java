package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.concurrent.CompletableFuture;

/// Gives each request the token of a credential plugin, and asks the plugin for another one where
/// the API server does not accept it (401): once, as kubectl does.
///
/// ```
/// builder.addOrReplaceInterceptor(TokenRefreshInterceptor.NAME, new PluginToken(plugin));
/// ```
record PluginToken(CredentialPlugin plugin) implements Interceptor {
  private static final String HEADER = "Authorization";

  @Override
  public void before(BasicBuilder request, HttpRequest original, RequestTags tags) {
    plugin.token().ifPresent(token -> request.setHeader(HEADER, "Bearer " + token));
  }

  @Override
  public CompletableFuture<Boolean> afterFailure(
      BasicBuilder request, HttpResponse<?> response, RequestTags tags) {
    if (response.code() != 401) {
      return CompletableFuture.completedFuture(false);
    }
    return CompletableFuture.completedFuture(
        plugin
            .renewed()
            .map(token -> {
              request.setHeader(HEADER, "Bearer " + token);
              return true;
            })
            .orElse(false));
  }
}
