package io.kubetune.contract.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.template.TemplateException.Kind;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A template that would loop for ever, fill the memory or overflow the stack ends in time with its
/// line.
class HostileTemplateTest {
  private static final String HUNDRED = "{% for i in range(100000) %}";

  // Each takes about a second; a machine that is busy otherwise gets time to spare.
  private static final Duration LONG = Duration.ofSeconds(180);

  @ParameterizedTest
  @ValueSource(
      strings = {
        HUNDRED + HUNDRED + "{{ i }}{% endfor %}{% endfor %}",
        HUNDRED + HUNDRED + HUNDRED + "{% endfor %}{% endfor %}{% endfor %}",
        HUNDRED + HUNDRED + "{% if i < 0 %}x{% endif %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x='aa') %}{% for i in range(99) %}{% set ns.x = ns.x.replace('a', ns.x) %}{% endfor %}",
        "{% set ns = namespace(x='aa') %}{% for i in range(99) %}{% set ns.x = ns.x | replace('a', ns.x) %}{% endfor %}",
        "{% set ns = namespace(x='aa') %}{% for i in range(99) %}{% set ns.x = ns.x.join(ns.x) %}{% endfor %}",
        "{% set ns = namespace(x='aa') %}{% for i in range(99) %}{% set ns.x = ns.x | join(ns.x) %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | tojson }}",
        "{% set a = namespace(x=[1], y=[1]) %}{% for i in range(99) %}{% set a.x = [a.x, a.x] %}"
            + "{% set a.y = [a.y, a.y] %}{% endfor %}{{ a.x == a.y }}",
        "{% set a = namespace(x=[1], y=[1]) %}{% for i in range(99) %}{% set a.x = [a.x, a.x] %}"
            + "{% set a.y = [a.y, a.y] %}{% endfor %}{{ a.x < a.y }}",
        "{% set a = namespace(x=(1,)) %}{% for i in range(99) %}{% set a.x = (a.x, a.x) %}{% endfor %}{{ {a.x: 1} }}",
        "{{ 'x' * 999999999999 }}",
        "{{ [1] * 999999999999 }}",
        "{{ 'x' * 2000000000 }}",
        "{{ 'x'.ljust(2000000000) }}",
        "{{ 'x'.zfill(2000000000) }}",
        "{{ 'x' | center(2000000000) }}",
        "{{ 'x' | indent(2000000000) }}",
        "{{ '%2000000d' | format(1) | length }}{{ '%999999999d' | format(1) }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ '{:.999999999f}'.format(1.5) }}",
        "{{ '\\t'.expandtabs(2000000000) }}",
        "{{ [[]] | tojson(indent=2000000000) }}",
        "{{ [1] | batch(2000000000, 0) | list }}",
        "{{ [1] | slice(2000000000) | list }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ 2 ** 9999999999999999999999 }}",
        "{% set ns = namespace(x=9) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
        "{{ 10 | round(-2000000000) }}{{ range(99999999) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(90) }}",
        "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}",
        "{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
        "{% set s = 'a' * 20000000 %}{% for i in range(100000) %}{{ s.strip() | length }}{% endfor %}",
        "{% set s = 'a' * 2000000 %}{% for i in range(100000) %}{{ 'b' in s }}{% endfor %}",
        "{% set s = 'a' * 2000000 %}{% for i in range(100000) %}{{ s[1999999] }}{% endfor %}",
        "{% set s = 'a' * 2000000 %}{% for i in range(100000) %}{{ s | wordcount }}{% endfor %}",
        "{% set s = '世' * 2000000 %}{% for i in range(100000) %}{{ s | length }}{% endfor %}",
        "{% set s = 'a' * 2000000 %}{% for i in range(100000) %}{{ s == s ~ 'b' }}{% endfor %}",
        "{% set s = '<' * 2000000 %}{% for i in range(100000) %}{{ s | striptags }}{% endfor %}",
      })
  void endsInTime(String template) {
    assertEnds(template);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"(", "[", "{1:", "not ", "-", "a.b(", "a[", "a if b else ", "x | f(", "x is y("})
  void deepNestingEndsInTime(String open) {
    assertEnds("{{ " + open.repeat(100_000));
  }

  @ParameterizedTest
  @ValueSource(strings = {"+ 1 ", "~ 1 ", "and 1 ", "or 1 ", "| int ", "* 1 "})
  void longChainsEndInTime(String link) {
    String template = "{{ 1 " + link.repeat(100_000) + "}}";
    Assertions.assertTimeoutPreemptively(
        LONG,
        () -> {
          try {
            ChatTemplate.parse(template).render(Map.of(), LocalDateTime.MIN);
          } catch (TemplateException e) {
            assertThat(e.kind()).isEqualTo(Kind.LIMIT);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"{% if 1 %}", "{% for i in x %}", "{% set x %}", "{% filter upper %}"})
  void deepBlocksEndInTime(String open) {
    assertEnds(open.repeat(100_000));
  }

  private static void assertEnds(String template) {
    Assertions.assertTimeoutPreemptively(
        LONG,
        () -> {
          TemplateException refusal =
              catchThrowableOfType(
                  TemplateException.class,
                  () -> ChatTemplate.parse(template).render(Map.of(), LocalDateTime.MIN));
          assertThat(refusal).isNotNull();
          assertThat(refusal.line()).isPositive();
        });
  }
}
