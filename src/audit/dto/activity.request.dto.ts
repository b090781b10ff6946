import { FeedQueryDto, Int } from '#libs/http';

/** Which page of the own activity is asked for. */
export class ActivityQueryDto extends FeedQueryDto {
  @Int({ description: 'Most rows on a page.', min: 1, max: 100, default: 50, example: 50 })
  override limit: number = 50;
}
