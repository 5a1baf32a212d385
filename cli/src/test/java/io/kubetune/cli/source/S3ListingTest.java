package io.kubetune.cli.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.cli.source.S3Listing.Entry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// What servers answer to ListObjectsV2: Amazon's form, with the freedoms that XML leaves.
class S3ListingTest {
  private static final String AMAZONS =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><Prefix/>\
      <KeyCount>2</KeyCount><IsTruncated>true</IsTruncated>
      <NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>
      <Contents><Key>a &amp; b/&lt;1&gt; &#x1F600;&#233;.jsonl</Key><LastModified>2026-11-25T10:00:00.000Z</LastModified>
      <ETag>&quot;fba9&quot;</ETag><Size> 42 </Size><StorageClass>STANDARD</StorageClass></Contents>
      <Contents><ETag>&quot;00&quot;</ETag><Size>5000000000</Size><Key>z</Key></Contents>
      <CommonPrefixes><Prefix>photos/</Prefix></CommonPrefixes>
      </ListBucketResult>
      """;

  @Test
  void keysSizesAndTheNextPageAreReadAsAmazonWritesThem() throws IOException {
    S3Listing listing = read(AMAZONS);

    assertThat(listing.entries())
        .containsExactly(new Entry("a & b/<1> 😀é.jsonl", 42), new Entry("z", 5_000_000_000L));
    assertThat(listing.next()).contains("1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=");
  }

  @Test
  void aNamespacesPrefixHidesNothing() throws IOException {
    S3Listing listing =
        read(
            "<s3:ListBucketResult xmlns:s3='x'><s3:Contents><s3:Key>k</s3:Key><s3:Size>1</s3:Size>"
                + "</s3:Contents></s3:ListBucketResult>");

    assertThat(listing.entries()).containsExactly(new Entry("k", 1));
    assertThat(listing.next()).isEmpty();
  }

  @Test
  void anAnswerThatWasCutOffIsNoShorterListing() {
    assertThatThrownBy(() -> read(AMAZONS.substring(0, AMAZONS.indexOf("<CommonPrefixes>"))))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aWebPageIsNoEmptyListing() {
    assertThatThrownBy(() -> read("<html><body>Log in</body></html>"))
        .isInstanceOf(IOException.class);
  }

  private static S3Listing read(String xml) throws IOException {
    return S3Listing.read(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
  }
}
