package io.kubetune.cli.data.shape;

import static io.kubetune.cli.data.shape.RowCopier.utf8;

import java.util.ArrayList;
import java.util.List;

/// Copies a conversation of JSON text as canonical bytes; what [Conversations] says of its shape
/// holds here too.
///
/// ```
/// new ConversationCopier(text, utf8("messages"), utf8("tools"), out).copy();
/// ```
final class ConversationCopier implements RowCopier.Copier {
  private static final byte[] ROLE = utf8("role");
  private static final byte[] FROM = utf8("from");
  private static final byte[] CONTENT = utf8("content");
  private static final byte[] VALUE = utf8("value");
  private static final byte[] TOOL_CALLS = utf8("tool_calls");
  private static final byte[] OPENING = utf8("{\"messages\":[");
  private static final byte[] TOOLS = utf8(",\"tools\":");
  private static final byte[] NOTHING = utf8("\"\"");
  private static final int EMPTY_LIST = "[]".length();

  /// @param found as the user wrote it
  /// @param opening a message of that role up to its content
  private record Role(byte[] found, String name, byte[] opening) {
    static final List<Role> ALL =
        Conversations.ROLES.entrySet().stream()
            .map(role ->
                new Role(
                    utf8(role.getKey()),
                    role.getValue(),
                    utf8("{\"role\":\"" + role.getValue() + "\",\"content\":")))
            .toList();

    static Role of(JsonString found) {
      for (Role each : ALL) {
        if (found != null && found.is(each.found)) {
          return each;
        }
      }
      throw new NotPlainException();
    }

    boolean isAnswer() {
      return name.equals("assistant");
    }
  }

  private final JsonText text;
  private final byte[] messagesName;
  private final byte[] toolsName;
  private final CanonicalBytes out;

  /// Of the row at hand.
  private final CanonicalBytes tools = new CanonicalBytes(0);

  private final List<String> roles = new ArrayList<>();

  /// Of the message at hand: what comes after its role and content.
  private final CanonicalBytes further = new CanonicalBytes(0);

  ConversationCopier(JsonText text, byte[] messagesName, byte[] toolsName, CanonicalBytes out) {
    this.text = text;
    this.messagesName = messagesName;
    this.toolsName = toolsName;
    this.out = out;
  }

  @Override
  public void copy() {
    tools.truncate(0);
    roles.clear();
    out.write(OPENING);
    for (JsonString name = text.firstName(); name != null; name = text.nextName()) {
      if (name.is(messagesName)) {
        messages();
      } else if (name.is(toolsName)) {
        tools();
      } else {
        text.skip();
      }
    }
    if (!roles.contains("assistant")) {
      throw new NotPlainException();
    }
    out.write(']');
    out.write(tools);
    out.write('}');
  }

  @Override
  public List<String> roles() {
    return roles;
  }

  private void messages() {
    for (boolean more = text.firstElement(); more; more = text.nextElement()) {
      if (!roles.isEmpty()) {
        out.write(',');
      }
      message();
    }
  }

  private void message() {
    JsonString role = null;
    JsonString from = null;
    JsonString content = null;
    JsonString value = null;
    boolean noContent = false;
    boolean calls = false;
    further.truncate(0);
    for (JsonString name = text.firstName(); name != null; name = text.nextName()) {
      if (name.is(ROLE)) {
        role = text.string();
      } else if (name.is(FROM)) {
        from = text.string();
      } else if (name.is(VALUE)) {
        value = text.string();
      } else if (!name.is(CONTENT)) {
        calls |= furtherKey(name);
      } else if (text.peek() == 'n') {
        text.skipNull();
        noContent = true;
      } else {
        content = text.string();
      }
    }
    Role known = Role.of(role == null ? from : role);
    JsonString said = content == null && !noContent ? value : content;
    boolean empty = said == null || known.isAnswer() && said.isBlank();
    if (empty && !calls) {
      throw new NotPlainException();
    }
    roles.add(known.name);
    out.write(known.opening);
    if (said == null) {
      out.write(NOTHING);
    } else {
      said.writeTo(out);
    }
    out.write(further);
    out.write('}');
  }

  /// True where it is a call of tools.
  private boolean furtherKey(JsonString name) {
    if (text.peek() == 'n') {
      text.skipNull();
      return false;
    }
    boolean list = text.peek() == '[';
    further.write(',');
    name.writeTo(further);
    further.write(':');
    int before = further.length();
    text.copy(further);
    return list && further.length() - before > EMPTY_LIST && name.is(TOOL_CALLS);
  }

  private void tools() {
    if (text.peek() == 'n') {
      text.skipNull();
    } else if (text.peek() == '[') {
      tools.write(TOOLS);
      text.copy(tools);
      if (tools.length() == TOOLS.length + EMPTY_LIST) {
        tools.truncate(0);
      }
    } else {
      throw new NotPlainException();
    }
  }
}
