// One node of Elasticsearch in this process, for tests: without its distribution, security and refusal to run as root.
// ElasticsearchNode FOLDER; FOLDER/config/elasticsearch.yml holds its settings, FOLDER/modules what speaks HTTP.
import java.nio.file.Path;
import java.util.Map;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;

public class ElasticsearchNode {
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        LogConfigurator.configureESLogging();
        new Node(InternalSettingsPreparer.prepareEnvironment(
            Settings.EMPTY, Map.of("path.home", folder.toString()), folder.resolve("config"), () -> "one")).start();
        Thread.currentThread().join();
    }
}
