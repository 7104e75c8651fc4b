package io.sparring.configuration;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;

/** {@code a3c.workers}: a whole number, or {@code auto}. */
final class WorkerCount {
    private static final String AUTO = "auto";

    private WorkerCount() {}

    static final class Reader extends StdDeserializer<Integer> {
        private static final long serialVersionUID = 1L;

        Reader() {
            super(Integer.class);
        }

        @Override
        public Integer deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_STRING
                    && parser.getText().equalsIgnoreCase(AUTO)) {
                return Configuration.A3c.AUTO_WORKERS;
            }
            if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                return parser.getIntValue();
            }
            return (Integer) context.handleUnexpectedToken(Integer.class, parser);
        }
    }

    static final class Writer extends StdSerializer<Integer> {
        private static final long serialVersionUID = 1L;

        Writer() {
            super(Integer.class);
        }

        @Override
        public void serialize(Integer workers, JsonGenerator out, SerializerProvider provider) throws IOException {
            if (workers == Configuration.A3c.AUTO_WORKERS) {
                out.writeString(AUTO);
            } else {
                out.writeNumber(workers);
            }
        }
    }
}
