package io.kubetune.cli.source;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// A page of S3's ListObjectsV2.
///
/// @param next where the next page begins; empty on the last
record S3Listing(List<Entry> entries, Optional<String> next) {

  /// An object.
  record Entry(String key, long sizeBytes) {}

  /// @throws IOException where the answer is cut off or no listing
  static S3Listing read(InputStream in) throws IOException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    List<Entry> entries = new ArrayList<>();
    Optional<String> next = Optional.empty();
    try {
      XMLStreamReader xml = factory.createXMLStreamReader(in);
      String key = "";
      long size = 0;
      while (xml.hasNext()) {
        int event = xml.next();
        if (event == XMLStreamConstants.START_ELEMENT) {
          switch (xml.getLocalName()) {
            case "Key" -> key = xml.getElementText();
            case "Size" -> size = Long.parseLong(xml.getElementText().strip());
            case "NextContinuationToken" -> next = Optional.of(xml.getElementText());
            default -> {}
          }
        } else if (event == XMLStreamConstants.END_ELEMENT
            && xml.getLocalName().equals("Contents")) {
          entries.add(new Entry(key, size));
        }
      }
      return new S3Listing(entries, next);
    } catch (XMLStreamException | NumberFormatException e) {
      throw new IOException("the answer is no listing of a bucket", e);
    }
  }
}
