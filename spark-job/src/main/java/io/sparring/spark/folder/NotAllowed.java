package io.sparring.spark.folder;

import io.sparring.Explanation;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.security.UserGroupInformation;

/** What this user may not read or write: the message has both, for the user. */
public final class NotAllowed extends IOException {
    private static final long serialVersionUID = 1L;

    private NotAllowed(String message, IOException e) {
        super(message, e);
    }

    /** @param what is to be read, where the failure does not name a file */
    static NotAllowed reading(WholeFiles files, String what, IOException e) {
        String denied = files.local() && e instanceof AccessDeniedException named ? named.getFile() : what;
        return new NotAllowed(denied + " cannot be read " + by(files, e), e);
    }

    /** @param what is to be written: the failure may name a file that is to have this name in the end */
    static NotAllowed writing(WholeFiles files, String what, IOException e) {
        return new NotAllowed(what + " cannot be written " + by(files, e), e);
    }

    private static String by(WholeFiles files, IOException e) {
        if (files.local()) {
            return "by " + System.getProperty("user.name");
        }
        return (files.objectStore() ? "with these credentials" : "by " + hadoopUser()) + ": " + Explanation.of(e);
    }

    private static String hadoopUser() {
        try {
            return UserGroupInformation.getCurrentUser().getShortUserName();
        } catch (IOException e) {
            return System.getProperty("user.name");
        }
    }
}
