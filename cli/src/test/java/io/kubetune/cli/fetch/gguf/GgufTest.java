package io.kubetune.cli.fetch.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Reads what was written by ggml's description of the format, independent of the writer.
class GgufTest {
  private static final int HEADS = 4;
  private static final int KEY_VALUE_HEADS = 2;
  private static final int HEAD_ROWS = 6;
  private static final int RANK = 2;

  @TempDir Path dir;

  record Read(Map<String, Object> metadata, Map<String, float[]> values, Map<String, long[]> ne) {}

  private static Read read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(in.getInt()).isEqualTo(0x46554747);
    assertThat(in.getInt()).isEqualTo(3);
    long tensors = in.getLong();
    long keys = in.getLong();
    Map<String, Object> metadata = new HashMap<>();
    for (long i = 0; i < keys; i++) {
      String key = text(in);
      int type = in.getInt();
      metadata.put(key, type == 6 ? (Object) in.getFloat() : text(in));
    }
    Map<String, long[]> dimensions = new HashMap<>();
    Map<String, Long> offsets = new HashMap<>();
    for (long i = 0; i < tensors; i++) {
      String name = text(in);
      assertThat(in.getInt()).isEqualTo(2);
      dimensions.put(name, new long[] {in.getLong(), in.getLong()});
      assertThat(in.getInt()).as("F32").isZero();
      offsets.put(name, in.getLong());
    }
    int start = (in.position() + 31) / 32 * 32;
    Map<String, float[]> values = new HashMap<>();
    offsets.forEach((name, offset) -> {
      assertThat(offset % 32).isZero();
      float[] floats = new float[(int) (dimensions.get(name)[0] * dimensions.get(name)[1])];
      in.position(start + offset.intValue())
          .slice()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(floats);
      values.put(name, floats);
    });
    return new Read(metadata, values, dimensions);
  }

  private static String text(ByteBuffer in) {
    byte[] bytes = new byte[(int) in.getLong()];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// Every value is its row times 100 plus its column, so that a moved row shows where it was.
  private Path adapter(String config, String linear, int outputs, String type) throws IOException {
    String prefix = "base_model.model.model.layers.0." + linear;
    int each = type.equals("F32") ? 4 : 2;
    int aBytes = RANK * 8 * each;
    int bBytes = outputs * RANK * each;
    String header =
        ("{\"%s.lora_A.weight\":{\"dtype\":\"%s\",\"shape\":[%d,8],\"data_offsets\":[0,%d]},"
                + "\"%s.lora_B.weight\":{\"dtype\":\"%s\",\"shape\":[%d,%d],"
                + "\"data_offsets\":[%d,%d]}}")
            .formatted(
                prefix, type, RANK, aBytes, prefix, type, outputs, RANK, aBytes, aBytes + bBytes);
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(8 + text.length + aBytes + bBytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(text.length).put(text);
    for (int[] shape : new int[][] {{RANK, 8}, {outputs, RANK}}) {
      for (int row = 0; row < shape[0]; row++) {
        for (int column = 0; column < shape[1]; column++) {
          float value = row * 100 + column;
          switch (type) {
            case "F32" -> out.putFloat(value);
            case "BF16" -> out.putShort((short) (Float.floatToIntBits(value) >> 16));
            default -> out.putShort(Float.floatToFloat16(value));
          }
        }
      }
    }
    Path folder = Files.createDirectories(dir.resolve("adapter"));
    Files.write(folder.resolve("adapter_model.safetensors"), out.array());
    Files.writeString(folder.resolve("adapter_config.json"), config);
    return folder;
  }

  private Path base(String modelType) throws IOException {
    Path folder = Files.createDirectories(dir.resolve("base"));
    Files.writeString(
        folder.resolve("config.json"),
        "{\"model_type\":\"%s\",\"num_attention_heads\":%d,\"num_key_value_heads\":%d}"
            .formatted(modelType, HEADS, KEY_VALUE_HEADS));
    return folder;
  }

  private Read convert(Path adapter, String modelType) throws IOException {
    Path file = dir.resolve("adapter.gguf");
    Gguf.convert(adapter, BaseModel.read(base(modelType)), file);
    return read(file);
  }

  private static final String CONFIG =
      "{\"base_model_name_or_path\":\"org/tiny\",\"r\":2,\"lora_alpha\":16}";

  @Test
  void metadataIsWhatLlamaCppAsksFor() throws Exception {
    Read read = convert(adapter(CONFIG, "mlp.down_proj", 8, "F32"), "qwen2");
    assertThat(read.metadata())
        .containsEntry("general.architecture", "qwen2")
        .containsEntry("general.type", "adapter")
        .containsEntry("adapter.type", "lora")
        .containsEntry("adapter.lora.alpha", 16f);
    assertThat(read.ne().get("blk.0.ffn_down.weight.lora_a")).containsExactly(8, RANK);
    assertThat(read.ne().get("blk.0.ffn_down.weight.lora_b")).containsExactly(RANK, 8);
  }

  /// gguf's permute: reshape(heads, 2, half, columns), swap axes 1 and 2, reshape back.
  @ParameterizedTest
  @CsvSource({
    "self_attn.q_proj, attn_q, 4",
    "self_attn.k_proj, attn_k, 2",
  })
  void queriesAndKeysOfLlamaAreReorderedAsItsRotaryPairsLie(String linear, String name, int heads)
      throws Exception {
    Read read = convert(adapter(CONFIG, linear, heads * HEAD_ROWS, "F32"), "llama");
    float[] b = read.values().get("blk.0." + name + ".weight.lora_b");
    int target = 0;
    for (int head = 0; head < heads; head++) {
      for (int pair = 0; pair < HEAD_ROWS / 2; pair++) {
        for (int half = 0; half < 2; half++) {
          int source = head * HEAD_ROWS + half * (HEAD_ROWS / 2) + pair;
          assertThat(b[target * RANK]).isEqualTo(source * 100f);
          assertThat(b[target * RANK + 1]).isEqualTo(source * 100f + 1);
          target++;
        }
      }
    }
    assertThat(read.values().get("blk.0." + name + ".weight.lora_a")[9]).isEqualTo(101f);
  }

  @Test
  void otherLinearsAndOtherArchitecturesKeepTheirOrder() throws Exception {
    for (String[] each :
        new String[][] {
          {"self_attn.v_proj", "attn_v", "llama"},
          {"self_attn.q_proj", "attn_q", "gemma2"},
          {"self_attn.q_proj", "attn_q", "qwen3"},
          {"self_attn.qkv_proj", "attn_qkv", "phi3"},
        }) {
      float[] b =
          convert(adapter(CONFIG, each[0], 24, "F32"), each[2])
              .values()
              .get("blk.0." + each[1] + ".weight.lora_b");
      for (int row = 0; row < 24; row++) {
        assertThat(b[row * RANK]).as(each[2] + " " + each[0]).isEqualTo(row * 100f);
      }
    }
  }

  @Test
  void halfPrecisionBecomesTheSameNumbers() throws Exception {
    for (String type : new String[] {"F16", "BF16"}) {
      float[] a =
          convert(adapter(CONFIG, "mlp.up_proj", 8, type), "llama")
              .values()
              .get("blk.0.ffn_up.weight.lora_a");
      assertThat(a[1]).isEqualTo(1f);
      assertThat(a[8]).isEqualTo(100f);
    }
  }

  @Test
  void rankStabilizedScalingIsPutIntoAlpha() throws Exception {
    String config = CONFIG.replace("}", ",\"use_rslora\":true}");
    assertThat(convert(adapter(config, "mlp.up_proj", 8, "F32"), "llama").metadata())
        .containsEntry("adapter.lora.alpha", (float) (16 * Math.sqrt(2)));
  }

  @ParameterizedTest
  @CsvSource({
    "mlp.up_proj, '\"use_dora\":true', llama",
    "mlp.up_proj, '\"alpha_pattern\":{\"q_proj\":4}', llama",
    "mlp.experts.0.w1, '\"r\":2', llama",
    "mlp.up_proj, '\"r\":2', mixtral",
  })
  void whatLlamaCppCantExpressIsRefusedByName(String linear, String more, String modelType)
      throws Exception {
    Path adapter = adapter(CONFIG.replace("}", "," + more + "}"), linear, 8, "F32");
    assertThatThrownBy(() -> convert(adapter, modelType))
        .isInstanceOfSatisfying(
            TuneException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.NOT_SUPPORTED));
  }
}
